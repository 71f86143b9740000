-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out. First how often counters changed, with all counters that
-- are nothing but whole numbers, as lists side by side: a row of its own for each costs ten times as much to hand over. Then a row for each
-- that has moments, whose bits a text would not keep.
with there as materialized (
    select c.* from json_each($1) k cross join history_counters c on c.hash = k.value
),
plain as (
    select json_group_array(kind) as kinds, json_group_array(hash) as hashes, json_group_array(n) as ns, json_group_array(fraud) as frauds,
           json_group_array(critical) as criticals
    from there where value_n is null and mass_n is null
)
select s.history_version, s.history_as_of, p.*, null as kind, null as hash, null as n, null as fraud, null as critical, null as value_n,
       null as value_mean, null as value_m2, null as mass_n, null as mass_mean, null as mass_m2
from store_state s join plain p on true
union all
select null, null, null, null, null, null, null, kind, hash, n, fraud, critical, value_n, value_mean, value_m2, mass_n, mass_mean, mass_m2
from there where value_n is not null or mass_n is not null

-- $1: the asked hashes, once each; the asker sorts the kinds out. First how often counters changed, with all counters that are nothing but
-- whole numbers, as lists side by side: a row of its own for each costs more to hand over. Then a row for each that has moments.
with there as materialized (
    select * from history_counters where hash = any ($1::bigint[])
),
plain as (
    select coalesce(array_agg(kind), '{}') as kinds, coalesce(array_agg(hash), '{}') as hashes, coalesce(array_agg(n), '{}') as ns,
           coalesce(array_agg(fraud), '{}') as frauds, coalesce(array_agg(critical), '{}') as criticals
    from there where value_n is null and mass_n is null
)
select s.history_version, s.history_as_of, p.*, null::bigint as kind, null::bigint as hash, null::bigint as n, null::bigint as fraud,
       null::bigint as critical, null::bigint as value_n, null::double precision as value_mean, null::double precision as value_m2,
       null::bigint as mass_n, null::double precision as mass_mean, null::double precision as mass_m2
from store_state s cross join plain p
union all
select null, null, null, null, null, null, null, kind, hash, n, fraud, critical, value_n, value_mean, value_m2, mass_n, mass_mean, mass_m2
from there where value_n is not null or mass_n is not null

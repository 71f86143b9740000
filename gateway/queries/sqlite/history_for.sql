-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out. One row at least: how often counters changed.
select s.history_version, s.history_as_of, c.kind, c.hash, c.n, c.fraud, c.critical, c.value_n, c.value_mean, c.value_m2, c.mass_n,
       c.mass_mean, c.mass_m2
from store_state s left join (json_each($1) k cross join history_counters c on c.hash = k.value) on true

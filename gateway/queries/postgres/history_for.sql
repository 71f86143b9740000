-- $1: the asked hashes, once each; the asker sorts the kinds out.
select c.kind, c.hash, c.n, c.fraud, c.critical, c.value_n, c.value_mean, c.value_m2, c.mass_n, c.mass_mean, c.mass_m2,
       s.history_as_of
from history_counters c cross join store_state s where c.hash = any ($1::bigint[])

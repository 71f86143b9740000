-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out.
select c.kind, c.hash, c.n, c.fraud, c.critical, c.value_n, c.value_mean, c.value_m2, c.mass_n, c.mass_mean, c.mass_m2,
       s.history_as_of
from store_state s cross join json_each($1) k cross join history_counters c on c.hash = k.value

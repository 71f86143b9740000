-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out.
select r.kind, r.hash, r.irregular, r.regular, r.outcomes, r.last_seconds
from json_each($1) k cross join track_records r on r.hash = k.value

-- $1: the asked hashes, once each; the asker sorts the kinds out.
select r.kind, r.hash, r.irregular, r.regular, r.outcomes, r.last_seconds
from track_records r where r.hash = any ($1::bigint[])

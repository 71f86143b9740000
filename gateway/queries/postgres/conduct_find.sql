-- $1: the asked hashes, once each; the asker sorts the kinds out.
select c.kind, c.hash, c.first_seen_us, c.last_seen_us, c.manifests, c.late, c.amended, c.chapters, c.origins
from conduct c where c.hash = any ($1::bigint[])

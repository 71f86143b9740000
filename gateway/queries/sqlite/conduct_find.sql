-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out.
select c.kind, c.hash, c.first_seen_us, c.last_seen_us, c.manifests, c.late, c.amended, c.chapters, c.origins
from json_each($1) k cross join conduct c on c.hash = k.value

-- $1: the asked hashes as a JSON array, once each; the asker sorts the kinds out.
select a.kind, a.hash, a.reference, a.valid_from, a.valid_until
from json_each($1) k cross join authorised_operators a on a.hash = k.value

-- $1: the asked hashes, once each; the asker sorts the kinds out.
select a.kind, a.hash, a.reference, a.valid_from, a.valid_until
from authorised_operators a where a.hash = any ($1::bigint[])

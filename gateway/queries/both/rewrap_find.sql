select k.manifest_row, m.id, k.wrapping_key_id, k.wrapped_key
from manifest_keys k join manifests m on m.row = k.manifest_row
where k.wrapping_key_id <> $1 order by k.manifest_row limit $2

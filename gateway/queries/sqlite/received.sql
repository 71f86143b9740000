select m.format, m.received_sealed, k.wrapping_key_id, k.wrapped_key
from manifests m join manifest_keys k on k.manifest_row = m.row
where m.id = $1

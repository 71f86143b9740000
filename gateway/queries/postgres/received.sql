select m.format, coalesce(b.received_sealed, m.received_sealed) as received_sealed, k.wrapping_key_id, k.wrapped_key
from manifests m join manifest_keys k on k.manifest_row = m.row
left join bodies b on b.manifest_row = m.row and b.receive_time_us = m.receive_time_us
where m.id = $1

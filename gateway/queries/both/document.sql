select d.format, d.received_sealed, k.wrapping_key_id, k.wrapped_key
from documents d join document_keys k on k.document_row = d.row
where d.id = $1

select k.document_row, d.id, k.wrapping_key_id, k.wrapped_key
from document_keys k join documents d on d.row = k.document_row
where k.wrapping_key_id <> $1 order by k.document_row limit $2

delete from document_keys where document_row = any ($1::bigint[])

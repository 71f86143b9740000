update document_keys set wrapping_key_id = $2, wrapped_key = $3 where document_row = $1

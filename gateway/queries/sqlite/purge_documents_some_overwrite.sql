update document_keys set wrapped_key = zeroblob(length(wrapped_key)) where document_row in (select value from json_each($1))

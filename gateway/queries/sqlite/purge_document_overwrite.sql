update document_keys set wrapped_key = zeroblob(length(wrapped_key))
where document_row = (select row from documents where id = $1)

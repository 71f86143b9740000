delete from document_keys where document_row = (select row from documents where id = $1)

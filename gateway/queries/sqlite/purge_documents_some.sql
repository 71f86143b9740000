delete from document_keys where document_row in (select value from json_each($1))

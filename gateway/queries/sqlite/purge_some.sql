delete from manifest_keys where manifest_row in (select value from json_each($1))

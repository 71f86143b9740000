delete from manifest_keys where manifest_row = any ($1::bigint[])

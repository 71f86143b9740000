delete from manifest_keys where manifest_row = (select row from manifests where id = $1)

delete from provisional
where manifest_row = (select m.row from manifests m where m.id = $1) and claimed_by = $2
returning manifest_row

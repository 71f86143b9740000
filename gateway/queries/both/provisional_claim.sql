-- Those that have waited longest; whoever claimed them before has had its time.
update provisional set claimed_by = $1, due_time_us = $2
where manifest_row in (select p.manifest_row from provisional p where p.due_time_us <= $3 order by p.due_time_us limit $4)
returning (select m.id from manifests m where m.row = manifest_row) as id

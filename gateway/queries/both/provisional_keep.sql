-- What stood there until now, for the rows of the feed up to now.
insert into earlier_decisions (manifest_row, until_position, verdict, decisions)
select m.row, (select max(position) from feed), m.verdict, m.decisions from manifests m where m.row = $1

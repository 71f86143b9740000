-- What was reported about one part ($2) of a manifest, under whichever of its revisions, newest report last.
select m.id, i.number
from manifests k
join manifests m on m.manifest_reference = k.manifest_reference and m.partner_id = k.partner_id and m.part = k.part
join inspections i on i.manifest_row = m.row
where k.id = $1 and i.subject = $2 order by m.revision, i.number, i.revision

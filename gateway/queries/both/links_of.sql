select l.said, l.manifest_reference, l.part, l.revision, l.linked_time_us
from links l
where l.partner_id = $1 and l.said = $2
order by l.manifest_reference
limit $3

select m.id, m.part, m.revision, m.content_digest, m.state
from manifests m
where m.manifest_reference = $1 and m.partner_id = $2
order by m.part desc, m.revision desc limit $3

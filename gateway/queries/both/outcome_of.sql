select m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.content_digest, m.state, m.test,
       m.receive_time_us, m.receipt, m.findings, m.decisions, m.changes, m.received_salt_sealed, m.originals_sealed,
       k.wrapping_key_id, k.wrapped_key
from manifests m left join manifest_keys k on k.manifest_row = m.row
where m.manifest_reference = $1 and m.partner_id = $2 and m.part = $3 and m.revision = $4

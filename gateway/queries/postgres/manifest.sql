select m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test, m.border_post_code,
       m.conveyance_registration, m.arrival_time_us, m.receive_time_us, m.verdict,
       m.arrive_time_us, m.release_time_us, m.announced_arrival_time_us,
       m.format, m.changes, m.record, m.findings, m.receipt, coalesce(b.persons_sealed, m.persons_sealed) as persons_sealed,
       m.originals_sealed, m.received_salt_sealed, k.wrapping_key_id, k.wrapped_key
from manifests m left join manifest_keys k on k.manifest_row = m.row
left join bodies b on b.manifest_row = m.row and b.receive_time_us = m.receive_time_us
where m.id = $1

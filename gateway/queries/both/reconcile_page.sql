select f.position, m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test,
       m.receive_time_us, m.verdict, m.receipt, m.received_salt_sealed, k.wrapping_key_id, k.wrapped_key
from feed f cross join manifests m left join manifest_keys k on k.manifest_row = m.row
where m.row = f.manifest_row and f.partner_id = $1 and f.event = 'RECORDED' and f.position > $2
order by f.position limit $3

-- Opens the group commit: takes the write lock, says where numbering goes on, and finds the keys that are taken.
begin immediate;
select coalesce((select max(row) from manifests), 0) as last_row, coalesce((select max(position) from feed), 0) as last_position,
       (select capacity_version from store_state) as capacity_version;
with keys (place, manifest_reference, partner_id, part, revision) as (values (?, ?, ?, ?, ?))
select keys.place, m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.content_digest, m.state, m.test,
       m.receive_time_us, m.receipt, m.findings, m.decisions, m.received_salt_sealed, m.originals_sealed,
       k.wrapping_key_id, k.wrapped_key
from keys
cross join manifests m on m.manifest_reference = keys.manifest_reference and m.partner_id = keys.partner_id
    and m.part = keys.part and m.revision = keys.revision
left join manifest_keys k on k.manifest_row = m.row;

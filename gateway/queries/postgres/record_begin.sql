-- Says where numbering goes on, in every row, and finds what stands under the same references: the keys that are taken,
-- and other revisions, which the new one may amend. Read under the lock that `begin` took.
select n.last_row, n.last_position, n.capacity_version, x.*
from (select coalesce((select max(row) from manifests), 0) as last_row,
             coalesce((select max(position) from feed), 0) as last_position,
             (select capacity_version from store_state) as capacity_version) n
left join (
    select keys.place, m.revision = keys.revision as taken, m.row, m.id, m.partner_id, m.manifest_reference, m.part, m.revision,
           m.state, m.test, m.receive_time_us, m.content_digest,
           case when m.revision = keys.revision then m.receipt end as receipt,
           case when m.revision = keys.revision then m.findings end as findings,
           case when m.revision = keys.revision then m.decisions end as decisions,
           case when m.revision = keys.revision then m.changes end as changes,
           m.received_salt_sealed,
           case when m.revision = keys.revision then m.originals_sealed end as originals_sealed,
           k.wrapping_key_id, k.wrapped_key
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        as keys (place, manifest_reference, partner_id, part, revision)
    join manifests m on m.manifest_reference = keys.manifest_reference and m.partner_id = keys.partner_id
        and m.part = keys.part
    left join manifest_keys k on k.manifest_row = m.row) x on true

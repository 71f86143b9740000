insert into links (partner_id, said, manifest_reference, part, revision, linked_time_us)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
on conflict (partner_id, said, manifest_reference) do update set part = excluded.part, revision = excluded.revision,
    linked_time_us = excluded.linked_time_us

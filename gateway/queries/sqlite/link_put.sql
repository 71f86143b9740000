insert into links (partner_id, said, manifest_reference, part, revision, linked_time_us)
values (?, ?, ?, ?, ?, ?)
on conflict (partner_id, said, manifest_reference) do update set part = excluded.part, revision = excluded.revision,
    linked_time_us = excluded.linked_time_us

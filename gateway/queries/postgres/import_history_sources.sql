insert into history_sources (source_id, label) select * from unnest($1::text[], $2::bigint[])
on conflict do nothing returning source_id

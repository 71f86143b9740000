insert into history_sources (source_id) select * from unnest($1::text[])
on conflict do nothing returning source_id

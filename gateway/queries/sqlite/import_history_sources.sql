insert into history_sources (source_id) values (?)
on conflict do nothing returning source_id

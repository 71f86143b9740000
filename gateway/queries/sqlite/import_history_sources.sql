insert into history_sources (source_id, label) values (?, ?)
on conflict do nothing returning source_id

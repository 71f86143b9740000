insert into track_records (hash, kind, irregular, regular, outcomes, last_seconds)
values (?, ?, ?, ?, ?, ?)
on conflict (hash, kind) do update set irregular = excluded.irregular, regular = excluded.regular,
    outcomes = excluded.outcomes, last_seconds = excluded.last_seconds

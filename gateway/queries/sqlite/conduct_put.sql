insert into conduct (hash, kind, first_seen_us, last_seen_us, manifests, late, amended, chapters, origins)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (hash, kind) do update set first_seen_us = excluded.first_seen_us, last_seen_us = excluded.last_seen_us,
    manifests = excluded.manifests, late = excluded.late, amended = excluded.amended, chapters = excluded.chapters,
    origins = excluded.origins

insert into conduct (hash, kind, first_seen_us, last_seen_us, manifests, late, amended, chapters, origins)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bytea[], $9::text[])
on conflict (hash, kind) do update set first_seen_us = excluded.first_seen_us, last_seen_us = excluded.last_seen_us,
    manifests = excluded.manifests, late = excluded.late, amended = excluded.amended, chapters = excluded.chapters,
    origins = excluded.origins

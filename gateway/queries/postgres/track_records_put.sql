insert into track_records (hash, kind, irregular, regular, outcomes, last_seconds)
select * from unnest($1::bigint[], $2::bigint[], $3::float8[], $4::float8[], $5::bigint[], $6::bigint[])
on conflict (hash, kind) do update set irregular = excluded.irregular, regular = excluded.regular,
    outcomes = excluded.outcomes, last_seconds = excluded.last_seconds

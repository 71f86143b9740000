insert into authorised_operators (hash, kind, reference, valid_from, valid_until)
select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
on conflict (hash, kind) do update set reference = excluded.reference, valid_from = excluded.valid_from,
    valid_until = excluded.valid_until

insert into authorised_operators (hash, kind, reference, valid_from, valid_until) values (?, ?, ?, ?, ?)
on conflict (hash, kind) do update set reference = excluded.reference, valid_from = excluded.valid_from,
    valid_until = excluded.valid_until

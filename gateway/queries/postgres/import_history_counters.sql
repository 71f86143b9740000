insert into history_counters (hash, kind, n, fraud, critical, value_n, value_mean, value_m2, mass_n, mass_mean, mass_m2)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::float8[],
    $8::float8[], $9::bigint[], $10::float8[], $11::float8[])
on conflict (hash, kind) do update set n = excluded.n, fraud = excluded.fraud, critical = excluded.critical,
    value_n = excluded.value_n, value_mean = excluded.value_mean, value_m2 = excluded.value_m2,
    mass_n = excluded.mass_n, mass_mean = excluded.mass_mean, mass_m2 = excluded.mass_m2

insert into challenger_positions (bundle_digest, position) values ($1, $2)
on conflict (bundle_digest) do update set position = excluded.position

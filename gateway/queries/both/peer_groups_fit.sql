insert into peer_groups (kind, random_outcomes, random_irregular, strength) values ($1, 0, 0, $2)
on conflict (kind) do update set strength = excluded.strength

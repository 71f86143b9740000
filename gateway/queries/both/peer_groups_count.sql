insert into peer_groups (kind, random_outcomes, random_irregular) values ($1, $2, $3)
on conflict (kind) do update set random_outcomes = peer_groups.random_outcomes + excluded.random_outcomes,
    random_irregular = peer_groups.random_irregular + excluded.random_irregular

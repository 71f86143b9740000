insert into capacity_journeys (journey_key, border_post_code, day, shift, minutes, manifest_id) values ($1, $2, $3, $4, $5, $6)
on conflict (journey_key) do update set border_post_code = excluded.border_post_code, day = excluded.day,
    shift = excluded.shift, minutes = excluded.minutes, manifest_id = excluded.manifest_id

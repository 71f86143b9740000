insert into capacity_journeys (journey_key, border_post_code, day, shift, minutes) values ($1, $2, $3, $4, $5)
on conflict (journey_key) do update set border_post_code = excluded.border_post_code, day = excluded.day,
    shift = excluded.shift, minutes = excluded.minutes

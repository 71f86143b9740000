insert into capacity_use (border_post_code, day, shift, arrivals, minutes) values ($1, $2, $3, $4, $5)
on conflict (border_post_code, day, shift) do update set arrivals = capacity_use.arrivals + excluded.arrivals,
    minutes = capacity_use.minutes + excluded.minutes

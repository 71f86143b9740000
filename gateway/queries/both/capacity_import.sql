insert into capacity (border_post_code, day, shift, week, begin_us, end_us, minutes, minutes_per_control, expected_arrivals)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (border_post_code, day, shift) do update set begin_us = excluded.begin_us, end_us = excluded.end_us,
    minutes = excluded.minutes, minutes_per_control = excluded.minutes_per_control,
    expected_arrivals = excluded.expected_arrivals

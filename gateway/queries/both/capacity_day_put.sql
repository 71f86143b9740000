insert into capacity_days (border_post_code, day, cut) values ($1, $2, $3)
on conflict (border_post_code, day) do update set cut = excluded.cut

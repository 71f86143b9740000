insert into capacity_scores (border_post_code, counts) values ($1, $2)
on conflict (border_post_code) do update set counts = excluded.counts

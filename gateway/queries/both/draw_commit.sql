insert into draw_days (day, commitment, committed_time_us) values ($1, $2, $3) on conflict do nothing returning day

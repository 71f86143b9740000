insert into judge_files (kept, file, content, kept_time_us) values ($1, $2, $3, $4) on conflict do nothing

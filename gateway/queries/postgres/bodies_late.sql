-- A key older than an instant in rows that were written since it was looked for.
select manifest_row from manifest_keys where manifest_row > $2 and receive_time_us < $1 limit 1

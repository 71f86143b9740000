insert into provisional (manifest_row, since_time_us, due_time_us) values ($1, $2, $2)

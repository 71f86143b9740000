insert into bundles (folder, digest, taken_time_us) values ($1, $2, $3)

select count(*) as applied from schema_migrations where number = $1

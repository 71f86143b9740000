select count(*) as tables from (select to_regclass('schema_migrations') as found) t where found is not null

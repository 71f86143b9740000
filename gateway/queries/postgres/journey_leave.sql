-- Each place once; how many of them were held.
select count(*) filter (where pg_advisory_unlock(1128352842, place::integer)) as held from unnest($1::bigint[]) as asked (place)

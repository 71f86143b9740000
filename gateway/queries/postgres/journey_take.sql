-- A place of journeys among all gateways, until it is left or the connection ends.
select pg_try_advisory_lock(1128352842, $1::bigint::integer)::integer::bigint as taken

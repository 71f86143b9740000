-- Places of journeys among all gateways, until they are left or the session ends: those of the asked that nobody else holds.
select coalesce(array_agg(place) filter (where pg_try_advisory_lock(1128352842, place::integer)), '{}') as taken
from unnest($1::bigint[]) as asked (place)

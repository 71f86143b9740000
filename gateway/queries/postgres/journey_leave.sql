select pg_advisory_unlock(1128352842, $1::bigint::integer)::integer::bigint as was_taken

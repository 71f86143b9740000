insert into audit (event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator)
select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])

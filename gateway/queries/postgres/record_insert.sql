-- The rows of some submissions, a column an array.
with m as (
    insert into manifests (row, id, partner_id, manifest_reference, part, revision, state, test, border_post_code,
        journey_key, conveyance_registration, arrival_time_us, receive_time_us, verdict, content_digest, format, receipt,
        decisions, findings, received_salt_sealed, originals_sealed, record)
    select * from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
        $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::bytea[],
        $16::text[], $17::bytea[], $18::bytea[], $19::bytea[], $20::bytea[], $21::bytea[], $22::bytea[])
), b as (
    insert into bodies (manifest_row, receive_time_us, persons_sealed, received_sealed)
    select * from unnest($1::bigint[], $13::bigint[], $23::bytea[], $24::bytea[])
), k as (
    insert into manifest_keys (manifest_row, receive_time_us, wrapping_key_id, wrapped_key)
    select * from unnest($25::bigint[], $26::bigint[], $27::text[], $28::bytea[])
), f as (
    insert into feed (position, manifest_row, event, state, partner_id, border_post_code, test, journey_key)
    select * from unnest($29::bigint[], $30::bigint[], $31::text[], $32::text[], $33::text[], $34::text[], $35::bigint[],
        $36::text[])
)
insert into audit (event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator)
select * from unnest($37::text[], $38::bigint[], $39::text[], $40::bytea[], $41::text[], $42::text[], $43::text[],
        $44::bigint[], $45::text[])

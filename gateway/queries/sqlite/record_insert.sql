-- The rows of some submissions: repeated for each of the fixed batch sizes.
insert into manifests (row, id, partner_id, manifest_reference, part, revision, state, test, border_post_code,
    journey_key, conveyance_registration, arrival_time_us, receive_time_us, verdict, content_digest, format, receipt,
    decisions, findings, received_salt_sealed, originals_sealed, record, persons_sealed, received_sealed)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
insert into manifest_keys (manifest_row, receive_time_us, wrapping_key_id, wrapped_key)
values (?, ?, ?, ?);
insert into feed (position, manifest_row, event, state, partner_id, border_post_code, test, journey_key)
values (?, ?, ?, ?, ?, ?, ?, ?);
insert into audit (event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator)
values (?, ?, ?, ?, ?, ?, ?, ?, ?);

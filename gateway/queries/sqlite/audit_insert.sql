insert into audit (event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator)
values (?, ?, ?, ?, ?, ?, ?, ?, ?);

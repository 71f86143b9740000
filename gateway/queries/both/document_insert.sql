insert into documents (id, partner_id, receive_time_us, format, received_sealed) values ($1, $2, $3, $4, $5)
returning row

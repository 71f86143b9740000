insert into document_keys (document_row, receive_time_us, wrapping_key_id, wrapped_key) values ($1, $2, $3, $4)

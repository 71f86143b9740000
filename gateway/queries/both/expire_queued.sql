update store_state set expiry_position = $1 where only_row = 1

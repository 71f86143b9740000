update manifest_keys set wrapping_key_id = $2, wrapped_key = $3 where manifest_row = $1

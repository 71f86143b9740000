update store_state set drift_found_day = $1 where only_row = 1

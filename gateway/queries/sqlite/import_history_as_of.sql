update store_state set history_as_of = max(coalesce(history_as_of, $1), $1) where only_row = 1

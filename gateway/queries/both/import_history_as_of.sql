update store_state set history_as_of = $1 where only_row = 1 and (history_as_of is null or history_as_of < $1)

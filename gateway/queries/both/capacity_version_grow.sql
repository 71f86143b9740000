update store_state set capacity_version = capacity_version + 1 where only_row = 1

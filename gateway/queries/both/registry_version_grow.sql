update store_state set registry_version = registry_version + 1 where only_row = 1

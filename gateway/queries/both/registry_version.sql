select registry_version from store_state where only_row = 1

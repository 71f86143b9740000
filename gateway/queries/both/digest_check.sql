select digest_check from store_state where only_row = 1

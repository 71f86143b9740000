update store_state set ready_probe = ready_probe + 1 where only_row = 1

select drift_found_day from store_state where only_row = 1

delete from manifest_keys where receive_time_us < $1

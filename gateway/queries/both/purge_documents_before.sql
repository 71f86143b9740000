delete from document_keys where receive_time_us < $1

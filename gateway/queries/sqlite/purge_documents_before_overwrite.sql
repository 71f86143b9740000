update document_keys set wrapped_key = zeroblob(length(wrapped_key)) where receive_time_us < $1

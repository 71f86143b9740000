-- Overwritten before the row goes: the page must not keep what the deletion only forgets.
update manifest_keys set wrapped_key = zeroblob(length(wrapped_key)) where receive_time_us < $1

-- Before the rows go: the page must not keep what the deletion only forgets.
update manifest_keys set wrapped_key = zeroblob(length(wrapped_key)) where manifest_row in (select value from json_each($1))

update manifest_keys set wrapped_key = zeroblob(length(wrapped_key))
where manifest_row = (select row from manifests where id = $1)

select coalesce(max(position), (select expiry_position from store_state)) as position from (
    select position from feed where position > (select expiry_position from store_state) order by position limit $1) newer

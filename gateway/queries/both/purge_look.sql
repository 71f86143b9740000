-- Some keys after a row: those of what was received before an instant, and in any case the last, which says how far was looked.
with looked as (
    select manifest_row as place, receive_time_us from manifest_keys where manifest_row > $1 order by manifest_row limit $2
)
select place, receive_time_us < $3 as due from looked
where receive_time_us < $3 or place = (select max(place) from looked)
order by place

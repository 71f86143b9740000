-- As purge_look, of documents.
with looked as (
    select document_row as place, receive_time_us from document_keys where document_row > $1 order by document_row limit $2
)
select place, receive_time_us < $3 as due from looked
where receive_time_us < $3 or place = (select max(place) from looked)
order by place

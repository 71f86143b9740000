select number, event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count
from audit
where number > $1 and number <= $2
    and ($3 is null or event_time_us >= $3) and ($4 is null or event_time_us < $4)
    and ($5 is null or partner_id = $5) and ($6 is null or event = $6) and ($7 is null or manifest_id = $7)
order by number

select number, event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator
from audit
where number > $1 and number <= $2
    and (cast($3 as bigint) is null or event_time_us >= $3) and (cast($4 as bigint) is null or event_time_us < $4)
    and partner_id = $5 and (cast($6 as text) is null or event = $6) and (cast($7 as bytea) is null or manifest_id = $7)
order by number

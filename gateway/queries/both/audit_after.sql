select number, event, event_time_us, partner_id, manifest_id, request_id, reason, source_network, count, operator
from audit where number > $1 order by number limit $2

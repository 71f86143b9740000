select f.position, m.receive_time_us
from feed f cross join manifests m
where m.row = f.manifest_row and f.partner_id = $1 and f.event = 'RECORDED' and f.position > $2
order by f.position limit 1

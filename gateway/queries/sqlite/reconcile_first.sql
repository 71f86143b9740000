select f.position, m.receive_time_us
from feed f cross join manifests m on m.row = f.manifest_row
where f.partner_id = $1 and f.event = 'RECORDED' and f.position > $2
order by f.position limit 1

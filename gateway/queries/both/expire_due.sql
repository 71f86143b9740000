select e.due_time_us, m.row, m.id, m.partner_id, m.journey_key, m.state
from expiries e cross join manifests m
where m.row = e.manifest_row and e.due_time_us < $1 order by e.due_time_us limit $2

select e.due_time_us, m.row, m.id, m.partner_id, m.journey_key, m.state
from expiries e cross join manifests m on m.row = e.manifest_row
where e.due_time_us < $1 order by e.due_time_us limit $2

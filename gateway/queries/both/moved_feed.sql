insert into feed (position, manifest_row, event, state, partner_id, border_post_code, test, journey_key)
select (select max(position) + 1 from feed), m.row, $2, m.state, m.partner_id, m.border_post_code, m.test, m.journey_key
from manifests m where m.row = $1
returning position

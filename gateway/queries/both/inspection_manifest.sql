-- The manifest of a report, how many reports there are on it, and which revision of it is in force.
select m.row, m.test, m.border_post_code, m.state,
       coalesce((select max(i.number) from inspections i where i.manifest_row = m.row), 0) as last_number,
       (select n.id from manifests n where n.manifest_reference = m.manifest_reference and n.partner_id = m.partner_id
          and n.part = m.part order by n.revision desc limit 1) as in_force
from manifests m where m.id = $1

-- The manifest of a report, and how many reports there are on it.
select m.row, m.test, m.border_post_code,
       coalesce((select max(i.number) from inspections i where i.manifest_row = m.row), 0) as last_number
from manifests m where m.id = $1

-- Every revision under a post's reference, in order.
select i.number, i.border_post_code, i.outcome_reference, i.revision, i.subject, i.digest, i.report, i.counted,
       i.irregular, i.critical, i.drawn_at_random, i.examine_time_us, i.report_time_us, m.id
from inspections i join manifests m on m.row = i.manifest_row
where i.border_post_code = $1 and i.outcome_reference = $2 order by i.revision

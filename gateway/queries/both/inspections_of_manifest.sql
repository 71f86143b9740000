-- Every report on a manifest with its revisions, in the order of their arrival.
select i.number, i.border_post_code, i.outcome_reference, i.revision, i.subject, i.digest, i.report, i.counted,
       i.irregular, i.critical, i.drawn_at_random, i.examine_time_us, i.report_time_us, m.id
from manifests m join inspections i on i.manifest_row = m.row
where m.id = $1 order by i.number, i.revision

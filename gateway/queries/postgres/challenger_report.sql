-- How often which verdict stands beside which, how far the probability moved, and what inspections of goods found: travellers
-- and vehicles are nothing that a model judges. Only the newest revision of a report counts (a correction names the same part),
-- and of these only physical examinations (measure 3 of the contract): what papers or an image showed is no share.
select c.effective_verdict, c.verdict, count(*) as manifests, avg(abs(c.fraud - c.effective_fraud)) as moved,
       count(i.irregular) as examined, cast(coalesce(sum(i.irregular), 0) as bigint) as irregular
from challenger_decisions c
left join (select m.id, max(x.irregular) as irregular
           from inspections x join manifests m on m.row = x.manifest_row
           where x.subject like 'consignments/%' and convert_from(x.report, 'UTF8')::jsonb -> 'measures' @> '3'
             and not exists (select 1 from inspections y where y.manifest_row = x.manifest_row
                             and y.number = x.number and y.revision > x.revision)
           group by m.id) i on i.id = c.manifest_id
where c.bundle_digest = $1
group by c.effective_verdict, c.verdict order by c.effective_verdict, c.verdict

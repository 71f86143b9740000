-- How often which verdict stands beside which, how far the probability moved, and what inspections found. Only the newest
-- revision of a report counts, and of these only physical examinations (measure 3 of the contract) and what was found
-- otherwise: that papers or an image showed nothing says nothing.
select c.effective_verdict, c.verdict, count(*) as manifests, avg(abs(c.fraud - c.effective_fraud)) as moved,
       count(i.irregular) as examined, cast(coalesce(sum(i.irregular), 0) as bigint) as irregular
from challenger_decisions c
left join (select m.id, max(x.irregular) as irregular
           from inspections x join manifests m on m.row = x.manifest_row
           where (x.irregular = 1 or exists (select 1 from json_each(cast(x.report as text), '$.measures') w where w.value = 3))
             and not exists (select 1 from inspections y where y.manifest_row = x.manifest_row
                             and y.number = x.number and y.revision > x.revision)
           group by m.id) i on i.id = c.manifest_id
where c.bundle_digest = $1
group by c.effective_verdict, c.verdict order by c.effective_verdict, c.verdict

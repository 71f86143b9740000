select f.position, f.event, f.state as event_state, f.journey_key, coalesce(e.decisions, m.decisions) as decisions, m.changes,
       m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test, m.border_post_code,
       m.conveyance_registration, m.arrival_time_us, m.receive_time_us, coalesce(e.verdict, m.verdict) as verdict,
       m.arrive_time_us, m.release_time_us, m.announced_arrival_time_us
from feed f cross join manifests m
     left join earlier_decisions e on e.manifest_row = f.manifest_row and f.position <= e.until_position
where m.row = f.manifest_row and f.border_post_code = $1 and f.test = 0 and f.position > $2
order by f.position limit $3

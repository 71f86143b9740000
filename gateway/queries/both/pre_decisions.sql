select m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test, m.border_post_code,
       m.conveyance_registration, m.arrival_time_us, m.receive_time_us, m.verdict,
       m.arrive_time_us, m.release_time_us, m.announced_arrival_time_us,
       m.decisions
from manifests m
where m.id = $1

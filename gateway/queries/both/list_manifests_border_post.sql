select f.position,
       m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test, m.border_post_code,
       m.conveyance_registration, m.arrival_time_us, m.receive_time_us, m.verdict,
       m.arrive_time_us, m.release_time_us, m.announced_arrival_time_us
from feed f cross join manifests m
where m.row = f.manifest_row and f.border_post_code = $1 and f.test = 0 and f.event = 'RECORDED' and f.position < $2
    and (cast($3 as bigint) is null or m.receive_time_us >= $3) and (cast($4 as bigint) is null or m.receive_time_us < $4)
order by f.position desc limit $5

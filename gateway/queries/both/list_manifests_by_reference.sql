select m.row as position,
       m.id, m.partner_id, m.manifest_reference, m.part, m.revision, m.state, m.test, m.border_post_code,
       m.conveyance_registration, m.arrival_time_us, m.receive_time_us, m.verdict,
       m.arrive_time_us, m.release_time_us, m.announced_arrival_time_us
from manifests m
where m.manifest_reference = $1 and m.row < $2
    and (cast($3 as bigint) is null or m.receive_time_us >= $3) and (cast($4 as bigint) is null or m.receive_time_us < $4)
    and (cast($6 as text) is null or m.partner_id = $6) and (cast($7 as text) is null or m.border_post_code = $7)
    and (cast($6 as text) is not null or m.test = 0)
order by m.row desc limit $5

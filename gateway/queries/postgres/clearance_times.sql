select m.border_post_code, m.journey_key, m.arrive_time_us, m.release_time_us
from manifests m
where m.release_time_us >= $1 and m.release_time_us < $2 and m.test = 0 and m.arrive_time_us is not null
    and m.state = 'COMPLETED' and ($3::text is null or m.border_post_code = $3)
order by m.release_time_us limit $4

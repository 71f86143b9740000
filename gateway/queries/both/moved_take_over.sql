update manifests set (arrive_time_us, release_time_us, announced_arrival_time_us) =
    (select e.arrive_time_us, e.release_time_us, e.announced_arrival_time_us from manifests e where e.row = $2)
where row = $1

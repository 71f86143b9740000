update manifests set announced_arrival_time_us = $2 where row = $1

update manifests set arrive_time_us = $2 where row = $1

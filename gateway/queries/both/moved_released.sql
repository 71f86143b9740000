update manifests set release_time_us = $2 where row = $1

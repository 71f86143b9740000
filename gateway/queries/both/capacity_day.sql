select coalesce(sum(minutes / minutes_per_control), 0.0) as controls, coalesce(sum(expected_arrivals), 0.0) as expected
from capacity where border_post_code = $1 and day = $2

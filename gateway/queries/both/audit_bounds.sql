select coalesce(min(number), 0) as first, coalesce(max(number), 0) as last
from audit where event_time_us >= $1 and event_time_us < $2

update draw_days set seed = $2, revealed_time_us = $3 where day = $1

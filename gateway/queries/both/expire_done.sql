delete from expiries where due_time_us = $1 and manifest_row = $2

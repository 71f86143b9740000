select day, commitment from draw_days where seed is null and day < $1 order by day

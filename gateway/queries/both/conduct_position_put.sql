update conduct_position set position = $1 where only_row = 1

select position from conduct_position where only_row = 1

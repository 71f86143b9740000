-- Days whose draws have not begun.
select d.border_post_code, d.day, d.cut from capacity_days d where d.day > $1

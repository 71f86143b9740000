delete from border_posts where code = $1

select settings_json from border_posts where code = $1

select code, settings_json, updated_time_us from border_posts order by code

insert into border_posts (code, settings_json, updated_time_us) values ($1, $2, $3)
on conflict (code) do update set settings_json = excluded.settings_json, updated_time_us = excluded.updated_time_us

insert into partners (id, settings_json, anchors_pem, crls_pem, updated_time_us) values ($1, $2, $3, $4, $5)
on conflict (id) do update set settings_json = excluded.settings_json, anchors_pem = excluded.anchors_pem,
    crls_pem = excluded.crls_pem, updated_time_us = excluded.updated_time_us

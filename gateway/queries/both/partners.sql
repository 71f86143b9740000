select id, settings_json, anchors_pem, crls_pem, updated_time_us from partners order by id

select settings_json, anchors_pem, crls_pem from partners where id = $1

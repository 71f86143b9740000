update quota_minutes set handed_out = handed_out - $3 where partner_id = $1 and minute = $2 and handed_out >= $3

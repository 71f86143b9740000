delete from quota_minutes where minute < $1

select count(*) as manifests, min(since_time_us) as since_time_us from provisional

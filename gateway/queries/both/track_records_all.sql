select kind, hash, irregular, regular, outcomes, last_seconds from track_records where kind = $1 and outcomes > 0

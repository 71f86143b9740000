-- The log still holds the pages as they were: it is copied into the database and emptied.
pragma wal_checkpoint (truncate)

select coalesce(max(row), 0) as last_row from manifests

update manifests set changes = $2 where row = $1

update manifests set state = $2 where row = $1 returning id

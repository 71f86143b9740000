update manifests set verdict = $2, decisions = $3 where row = $1

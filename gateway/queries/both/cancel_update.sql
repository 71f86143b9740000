update manifests set state = $2, cancellation_reason_sealed = $3 where row = $1

insert into challenger_decisions (bundle_digest, manifest_id, effective_verdict, verdict, effective_fraud, fraud, decisions)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing

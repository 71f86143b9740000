update store_state set digest_check = $1
where only_row = 1 and (digest_check is null or not exists (select 1 from manifests))

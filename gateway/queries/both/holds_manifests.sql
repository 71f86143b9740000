select exists (select 1 from manifests) as holds

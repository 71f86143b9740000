-- Proof of the digest secret that the manifests were recorded with, so that another one is noticed before it does harm.
alter table store_state add column digest_check bytea;

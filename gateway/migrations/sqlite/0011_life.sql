-- What happens to a manifest after it is recorded. Columns at the end of the row cost nothing where they are absent.
alter table manifests add column arrive_time_us integer;
alter table manifests add column release_time_us integer;
alter table manifests add column announced_arrival_time_us integer;
-- What a revision says otherwise than the one before: kinds and paths, never a value.
alter table manifests add column changes blob;
create index manifests_released on manifests (release_time_us) where release_time_us is not null;

-- When manifests fall due that never arrive. Filled from the feed afterwards, so that recording pays nothing for it.
create table expiries (
    due_time_us  integer not null,
    manifest_row integer not null,
    primary key (due_time_us, manifest_row)
) strict, without rowid;
alter table store_state add column expiry_position integer not null default 0;

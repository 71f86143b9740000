-- What happens to a manifest after it is recorded. Columns at the end of the row cost nothing where they are absent.
alter table manifests add column arrive_time_us bigint;
alter table manifests add column release_time_us bigint;
alter table manifests add column announced_arrival_time_us bigint;
-- What a revision says otherwise than the one before: kinds and paths, never a value.
alter table manifests add column changes bytea;
create index manifests_released on manifests (release_time_us) where release_time_us is not null;

-- When manifests fall due that never arrive. Filled from the feed afterwards, so that recording pays nothing for it.
create table expiries (
    due_time_us  bigint not null,
    manifest_row bigint not null,
    primary key (due_time_us, manifest_row)
);
alter table store_state add column expiry_position bigint not null default 0;

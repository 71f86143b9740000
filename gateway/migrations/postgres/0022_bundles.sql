-- Which model judges, and what another would have said.

-- Bundles in the order in which they were taken into use; the newest row judges. An empty folder is the configuration's.
create table bundles (
    number        bigint generated always as identity primary key,
    folder        text collate "C" not null,
    digest        text collate "C" not null,
    taken_time_us bigint not null
);

-- What a challenger says of manifests that were decided by another; never effective.
create table challenger_decisions (
    bundle_digest     text collate "C" not null,
    manifest_id       bytea not null,
    effective_verdict text collate "C" not null,
    verdict           text collate "C" not null,
    effective_fraud   double precision,
    fraud             double precision,
    decisions         bytea not null,
    primary key (bundle_digest, manifest_id)
);

-- How far in the feed a challenger is.
create table challenger_positions (
    bundle_digest text collate "C" primary key,
    position      bigint not null
);

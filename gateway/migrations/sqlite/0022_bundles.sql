-- Which model judges, and what another would have said.

-- Bundles in the order in which they were taken into use; the newest row judges. An empty folder is the configuration's.
create table bundles (
    number        integer primary key,
    folder        text not null,
    digest        text not null,
    taken_time_us integer not null
) strict;

-- What a challenger says of manifests that were decided by another; never effective.
create table challenger_decisions (
    bundle_digest     text not null,
    manifest_id       blob not null,
    effective_verdict text not null,
    verdict           text not null,
    effective_fraud   real,
    fraud             real,
    decisions         blob not null,
    primary key (bundle_digest, manifest_id)
) strict, without rowid;

-- How far in the feed a challenger is.
create table challenger_positions (
    bundle_digest text primary key,
    position      integer not null
) strict, without rowid;

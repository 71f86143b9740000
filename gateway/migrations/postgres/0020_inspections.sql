-- What inspections found, and what was learnt from it. Nothing here is about a natural person.

-- One row a revision of a report; a correction is a row of its own and the earlier one stays.
create table inspections (
    row               bigint generated always as identity primary key,
    manifest_row      bigint not null references manifests (row),
    number            bigint not null,
    border_post_code  text collate "C" not null,
    outcome_reference text collate "C" not null,
    revision          bigint not null,
    subject           text collate "C" not null,
    digest            bytea not null,
    report            bytea not null,
    counted           bytea not null,
    irregular         bigint not null check (irregular in (0, 1)),
    critical          bigint not null check (critical in (0, 1)),
    drawn_at_random   bigint not null check (drawn_at_random in (0, 1)),
    examine_time_us   bigint not null,
    report_time_us    bigint not null,
    unique (border_post_code, outcome_reference, revision)
);
create unique index inspections_by_manifest on inspections (manifest_row, number, revision);

-- Faded sums of each entrepreneur's outcomes, as of its newest one.
create table track_records (
    hash         bigint not null,
    kind         bigint not null,
    irregular    double precision not null,
    regular      double precision not null,
    outcomes     bigint not null,
    last_seconds bigint not null,
    primary key (hash, kind)
);

-- What is usual in a kind of entrepreneurs: counts of random checks only, and the fitted strength.
create table peer_groups (
    kind             bigint primary key,
    random_outcomes  bigint not null,
    random_irregular bigint not null,
    strength         double precision
);

-- What was predicted beside what was found, in tenths of the probability.
create table calibration (
    bundle_digest   text collate "C" not null,
    head            text collate "C" not null,
    drawn_at_random bigint not null,
    bin             bigint not null,
    outcomes        bigint not null,
    predicted       double precision not null,
    found           bigint not null,
    primary key (bundle_digest, head, drawn_at_random, bin)
);

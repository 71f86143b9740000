-- What inspections found, and what was learnt from it. Nothing here is about a natural person.

-- One row a revision of a report; a correction is a row of its own and the earlier one stays.
create table inspections (
    row               integer primary key,
    manifest_row      integer not null references manifests (row),
    number            integer not null,
    border_post_code  text not null,
    outcome_reference text not null,
    revision          integer not null,
    subject           text not null,
    digest            blob not null,
    report            blob not null,
    counted           blob not null,
    irregular         integer not null check (irregular in (0, 1)),
    critical          integer not null check (critical in (0, 1)),
    drawn_at_random   integer not null check (drawn_at_random in (0, 1)),
    examine_time_us   integer not null,
    report_time_us    integer not null,
    unique (border_post_code, outcome_reference, revision)
) strict;
create unique index inspections_by_manifest on inspections (manifest_row, number, revision);

-- Faded sums of each entrepreneur's outcomes, as of its newest one.
create table track_records (
    hash         integer not null,
    kind         integer not null,
    irregular    real not null,
    regular      real not null,
    outcomes     integer not null,
    last_seconds integer not null,
    primary key (hash, kind)
) strict, without rowid;

-- What is usual in a kind of entrepreneurs: counts of random checks only, and the fitted strength.
create table peer_groups (
    kind             integer primary key,
    random_outcomes  integer not null,
    random_irregular integer not null,
    strength         real
) strict;

-- What was predicted beside what was found, in tenths of the probability.
create table calibration (
    bundle_digest   text not null,
    head            text not null,
    drawn_at_random integer not null,
    bin             integer not null,
    outcomes        integer not null,
    predicted       real not null,
    found           integer not null,
    primary key (bundle_digest, head, drawn_at_random, bin)
) strict, without rowid;

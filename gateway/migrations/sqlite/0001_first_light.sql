-- What was received, what was made of it, what was decided, and who may ask. Times are microseconds since 1970, UTC.

-- One row a manifest revision: few wide rows cost fewer pages in a commit than many small ones. Columns whose names end
-- in _sealed lie under the manifest's key (manifest_keys); nothing else here is about a natural person.
create table manifests (
    row                        integer primary key,
    id                         blob not null unique,
    partner_id                 text not null,
    manifest_reference         text not null,
    part                       text not null,
    revision                   integer not null,
    state                      text not null,
    test                       integer not null check (test in (0, 1)),
    border_post_code           text,
    journey_key                text,
    conveyance_registration    text,
    arrival_time_us            integer,
    receive_time_us            integer not null,
    verdict                    text not null check (verdict in ('GREEN', 'YELLOW', 'RED', 'WITHHELD')),
    content_digest             blob not null check (length(content_digest) = 33),
    format                     text not null,
    receipt                    blob not null,
    decisions                  blob not null,
    findings                   blob not null,
    received_salt_sealed       blob not null,
    originals_sealed           blob,
    cancellation_reason_sealed blob,
    record                     blob not null,
    persons_sealed             blob,
    received_sealed            blob not null,
    -- The reference leads, so that the same index finds a reference in anybody's scope.
    unique (manifest_reference, partner_id, part, revision)
) strict;

-- The manifests' keys, wrapped; apart, so that destroying one touches a small page that can be overwritten.
create table manifest_keys (
    manifest_row    integer primary key references manifests (row),
    receive_time_us integer not null,
    wrapping_key_id text not null,
    wrapped_key     blob not null
) strict;

-- What watchers and lists read. Positions are in the order of commits; the newest row is never deleted.
create table feed (
    position         integer primary key,
    manifest_row     integer not null references manifests (row),
    event            text not null,
    state            text not null,
    partner_id       text not null,
    border_post_code text,
    test             integer not null check (test in (0, 1)),
    journey_key      text
) strict;
create index feed_by_partner on feed (partner_id);
create index feed_by_border_post on feed (border_post_code) where test = 0;

create table audit (
    number         integer primary key,
    event          text not null,
    event_time_us  integer not null,
    partner_id     text,
    manifest_id    blob,
    request_id     text,
    reason         text,
    source_network text,
    count          integer not null
) strict;

create table partners (
    id              text primary key,
    settings_json   text not null,
    anchors_pem     text not null,
    crls_pem        text not null,
    updated_time_us integer not null
) strict, without rowid;

create table border_posts (
    code            text primary key,
    settings_json   text not null,
    updated_time_us integer not null
) strict, without rowid;

-- What earlier outcomes count to. Moments exist for some kinds only.
create table history_counters (
    hash       integer not null,
    kind       integer not null,
    n          integer not null,
    fraud      integer not null,
    critical   integer not null,
    value_n    integer,
    value_mean real,
    value_m2   real,
    mass_n     integer,
    mass_mean  real,
    mass_m2    real,
    primary key (hash, kind)
) strict, without rowid;

-- Which outcomes are counted already: one that comes again counts once.
create table history_sources (
    source_id text primary key
) strict, without rowid;

-- One row of what there is one of.
create table store_state (
    only_row         integer primary key check (only_row = 1),
    registry_version integer not null,
    history_as_of    text,
    ready_probe      integer not null
) strict;
insert into store_state (only_row, registry_version, history_as_of, ready_probe) values (1, 0, null, 0);

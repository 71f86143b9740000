-- What was received, what was made of it, what was decided, and who may ask. Times are microseconds since 1970, UTC.

-- One row a manifest revision: few wide rows cost fewer pages in a commit than many small ones. Columns whose names end
-- in _sealed lie under the manifest's key (manifest_keys); nothing else here is about a natural person.
create table manifests (
    row                        bigint primary key,
    id                         bytea not null unique,
    partner_id                 text collate "C" not null,
    manifest_reference         text collate "C" not null,
    part                       text collate "C" not null,
    revision                   bigint not null,
    state                      text collate "C" not null,
    test                       bigint not null check (test in (0, 1)),
    border_post_code           text collate "C",
    journey_key                text collate "C",
    conveyance_registration    text collate "C",
    arrival_time_us            bigint,
    receive_time_us            bigint not null,
    verdict                    text collate "C" not null check (verdict in ('GREEN', 'YELLOW', 'RED', 'WITHHELD')),
    content_digest             bytea not null check (length(content_digest) = 33),
    format                     text collate "C" not null,
    receipt                    bytea not null,
    decisions                  bytea not null,
    findings                   bytea not null,
    received_salt_sealed       bytea not null,
    originals_sealed           bytea,
    cancellation_reason_sealed bytea,
    record                     bytea not null,
    persons_sealed             bytea,
    received_sealed            bytea not null,
    -- The reference leads, so that the same index finds a reference in anybody's scope.
    unique (manifest_reference, partner_id, part, revision)
);
-- What is sealed or packed already is not tried to be packed again.
alter table manifests alter column receipt set storage external, alter column decisions set storage external,
    alter column findings set storage external, alter column originals_sealed set storage external,
    alter column record set storage external, alter column persons_sealed set storage external,
    alter column received_sealed set storage external;

-- The manifests' keys, wrapped; apart, so that destroying one touches a small row.
create table manifest_keys (
    manifest_row    bigint primary key references manifests (row),
    receive_time_us bigint not null,
    wrapping_key_id text collate "C" not null,
    wrapped_key     bytea not null
);

-- What watchers and lists read. Positions are in the order of commits; the newest row is never deleted.
create table feed (
    position         bigint primary key,
    manifest_row     bigint not null references manifests (row),
    event            text collate "C" not null,
    state            text collate "C" not null,
    partner_id       text collate "C" not null,
    border_post_code text collate "C",
    test             bigint not null check (test in (0, 1)),
    journey_key      text collate "C"
);
create index feed_by_partner on feed (partner_id, position);
create index feed_by_border_post on feed (border_post_code, position) where test = 0;

-- Wakes the watchers of every gateway once the commit is done.
create function tell_of_feed() returns trigger language plpgsql as $$
begin
    perform pg_notify('corridor_feed', '');
    return null;
end $$;
create trigger feed_grew after insert on feed for each statement execute function tell_of_feed();

create table audit (
    number         bigint generated always as identity primary key,
    event          text collate "C" not null,
    event_time_us  bigint not null,
    partner_id     text collate "C",
    manifest_id    bytea,
    request_id     text collate "C",
    reason         text collate "C",
    source_network text collate "C",
    count          bigint not null
);

create table partners (
    id              text collate "C" primary key,
    settings_json   text collate "C" not null,
    anchors_pem     text collate "C" not null,
    crls_pem        text collate "C" not null,
    updated_time_us bigint not null
);

create table border_posts (
    code            text collate "C" primary key,
    settings_json   text collate "C" not null,
    updated_time_us bigint not null
);

-- What earlier outcomes count to. Moments exist for some kinds only.
create table history_counters (
    hash       bigint not null,
    kind       bigint not null,
    n          bigint not null,
    fraud      bigint not null,
    critical   bigint not null,
    value_n    bigint,
    value_mean double precision,
    value_m2   double precision,
    mass_n     bigint,
    mass_mean  double precision,
    mass_m2    double precision,
    primary key (hash, kind)
);

-- Which outcomes are counted already: one that comes again counts once.
create table history_sources (
    source_id text collate "C" primary key
);

-- One row of what there is one of.
create table store_state (
    only_row         bigint primary key check (only_row = 1),
    registry_version bigint not null,
    history_as_of    text collate "C",
    ready_probe      bigint not null
);
insert into store_state (only_row, registry_version, history_as_of, ready_probe) values (1, 0, null, 0);

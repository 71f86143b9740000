-- How entrepreneurs conduct themselves when they announce: shown beside their reliability, no part of any decision.

create table conduct (
    hash          bigint not null,
    kind          bigint not null,
    first_seen_us bigint not null,
    last_seen_us  bigint not null,
    manifests     bigint not null,
    late          bigint not null,
    amended       bigint not null,
    -- HS chapters, a bit each by their number; countries of origin, two letters each with blanks between, sorted.
    chapters      bytea not null check (length(chapters) = 16),
    origins       text collate "C" not null,
    primary key (hash, kind)
);

-- How far in the feed this was counted.
create table conduct_position (
    only_row bigint primary key check (only_row = 1),
    position bigint not null
);
insert into conduct_position (only_row, position) values (1, 0);

-- The register of authorised economic operators, as imported.
create table authorised_operators (
    hash        bigint not null,
    kind        bigint not null,
    reference   text collate "C" not null,
    valid_from  text collate "C" not null,
    valid_until text collate "C" not null,
    primary key (hash, kind)
);

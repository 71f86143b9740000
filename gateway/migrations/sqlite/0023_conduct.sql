-- How entrepreneurs conduct themselves when they announce: shown beside their reliability, no part of any decision.

create table conduct (
    hash          integer not null,
    kind          integer not null,
    first_seen_us integer not null,
    last_seen_us  integer not null,
    manifests     integer not null,
    late          integer not null,
    amended       integer not null,
    -- HS chapters, a bit each by their number; countries of origin, two letters each with blanks between, sorted.
    chapters      blob not null check (length(chapters) = 16),
    origins       text not null,
    primary key (hash, kind)
) strict, without rowid;

-- How far in the feed this was counted.
create table conduct_position (
    only_row integer primary key check (only_row = 1),
    position integer not null
) strict;
insert into conduct_position (only_row, position) values (1, 0);

-- The register of authorised economic operators, as imported.
create table authorised_operators (
    hash        integer not null,
    kind        integer not null,
    reference   text not null,
    valid_from  text not null,
    valid_until text not null,
    primary key (hash, kind)
) strict, without rowid;

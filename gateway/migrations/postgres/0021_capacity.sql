-- What inspectors have time for, what of it is given away, and the draws of random checks.

-- One row a shift of a post. Minutes are inspector-minutes; instants are microseconds since 1970.
create table capacity (
    border_post_code    text collate "C" not null,
    day                 text collate "C" not null,
    shift               text collate "C" not null,
    week                text collate "C" not null,
    begin_us            bigint not null,
    end_us              bigint not null check (end_us > begin_us),
    minutes             double precision not null check (minutes >= 0),
    minutes_per_control double precision not null check (minutes_per_control > 0),
    expected_arrivals   double precision not null check (expected_arrivals > 0),
    primary key (border_post_code, day, shift)
);

-- The number below which conveyances are drawn, for the whole day: who arrives in which shift must not matter.
create table capacity_days (
    border_post_code text collate "C" not null,
    day              text collate "C" not null,
    cut              double precision not null check (cut between 0 and 1),
    primary key (border_post_code, day)
);

-- What of a shift is given away.
create table capacity_use (
    border_post_code text collate "C" not null,
    day              text collate "C" not null,
    shift            text collate "C" not null,
    arrivals         bigint not null,
    minutes          double precision not null,
    primary key (border_post_code, day, shift)
);

-- Which scores a post has seen: scoring::selection::Scores.
create table capacity_scores (
    border_post_code text collate "C" primary key,
    counts           bytea not null
);

-- What a conveyance on its journey was given: a later revision takes its place.
create table capacity_journeys (
    journey_key      text collate "C" primary key,
    border_post_code text collate "C" not null,
    day              text collate "C" not null,
    shift            text collate "C" not null,
    minutes          double precision not null
);

-- Hash of each day's seed, made known before the day; the seed itself stands here only once it is revealed.
create table draw_days (
    day               text collate "C" primary key,
    commitment        text collate "C" not null,
    committed_time_us bigint not null,
    seed              bytea,
    revealed_time_us  bigint
);

-- 0 until a capacity was ever imported: nothing of this is looked at before.
alter table store_state add column capacity_version bigint not null default 0;

-- What inspectors have time for, what of it is given away, and the draws of random checks.

-- One row a shift of a post. Minutes are inspector-minutes; instants are microseconds since 1970.
create table capacity (
    border_post_code    text not null,
    day                 text not null,
    shift               text not null,
    week                text not null,
    begin_us            integer not null,
    end_us              integer not null check (end_us > begin_us),
    minutes             real not null check (minutes >= 0),
    minutes_per_control real not null check (minutes_per_control > 0),
    expected_arrivals   real not null check (expected_arrivals > 0),
    primary key (border_post_code, day, shift)
) strict, without rowid;

-- The number below which conveyances are drawn, for the whole day: who arrives in which shift must not matter.
create table capacity_days (
    border_post_code text not null,
    day              text not null,
    cut              real not null check (cut between 0 and 1),
    primary key (border_post_code, day)
) strict, without rowid;

-- What of a shift is given away.
create table capacity_use (
    border_post_code text not null,
    day              text not null,
    shift            text not null,
    arrivals         integer not null,
    minutes          real not null,
    primary key (border_post_code, day, shift)
) strict, without rowid;

-- Which scores a post has seen: scoring::selection::Scores.
create table capacity_scores (
    border_post_code text primary key,
    counts           blob not null
) strict, without rowid;

-- What a conveyance on its journey was given: a later revision takes its place.
create table capacity_journeys (
    journey_key      text primary key,
    border_post_code text not null,
    day              text not null,
    shift            text not null,
    minutes          real not null
) strict, without rowid;

-- Hash of each day's seed, made known before the day; the seed itself stands here only once it is revealed.
create table draw_days (
    day               text primary key,
    commitment        text not null,
    committed_time_us integer not null,
    seed              blob,
    revealed_time_us  integer
) strict, without rowid;

-- 0 until a capacity was ever imported: nothing of this is looked at before.
alter table store_state add column capacity_version integer not null default 0;

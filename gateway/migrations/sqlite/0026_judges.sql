-- What decisions are made again by: the files of every bundle that judged, and every policy with its table of rules, under the
-- digests that the decisions' records name. Content is packed. Never deleted: whoever keeps decisions keeps these.
create table judge_files (
    kept         text not null,
    file         text not null,
    content      blob not null,
    kept_time_us integer not null,
    primary key (kept, file)
) strict;

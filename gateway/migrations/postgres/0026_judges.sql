-- What decisions are made again by: the files of every bundle that judged, and every policy with its table of rules, under the
-- digests that the decisions' records name. Content is packed. Never deleted: whoever keeps decisions keeps these.
create table judge_files (
    kept         text collate "C" not null,
    file         text collate "C" not null,
    content      bytea not null,
    kept_time_us bigint not null,
    primary key (kept, file)
);

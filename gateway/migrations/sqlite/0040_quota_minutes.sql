-- How many new submissions of a minute were handed out to gateways, which count with them (docs/decisions/0099).
create table quota_minutes (
    partner_id text not null,
    minute     integer not null,
    handed_out integer not null,
    last       integer not null,
    primary key (partner_id, minute)
) strict, without rowid;

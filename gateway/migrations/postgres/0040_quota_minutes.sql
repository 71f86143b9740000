-- How many new submissions of a minute were handed out to gateways, which count with them (docs/decisions/0099).
create table quota_minutes (
    partner_id text collate "C" not null,
    minute     bigint not null,
    handed_out bigint not null,
    last       bigint not null,
    primary key (partner_id, minute)
);

-- Manifests for which rules alone decided, until they are judged again with history and model. Whoever judges them again
-- claims them for a while, so that several gateways never do it twice (docs/decisions/0122).
create table provisional (
    manifest_row  bigint primary key references manifests (row),
    since_time_us bigint not null,
    due_time_us   bigint not null,
    claimed_by    bytea
);
create index provisional_due on provisional (due_time_us);

-- What rules alone had decided, beside what was decided later: rows of the feed up to that position are told with it.
create table earlier_decisions (
    manifest_row   bigint primary key references manifests (row),
    until_position bigint not null,
    verdict        text not null,
    decisions      bytea not null
);

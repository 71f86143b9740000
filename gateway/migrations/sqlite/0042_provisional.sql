-- Manifests for which rules alone decided, until they are judged again with history and model. Whoever judges them again
-- claims them for a while, so that several gateways never do it twice (docs/decisions/0122).
create table provisional (
    manifest_row  integer primary key references manifests (row),
    since_time_us integer not null,
    due_time_us   integer not null,
    claimed_by    blob
) strict;
create index provisional_due on provisional (due_time_us);

-- What rules alone had decided, beside what was decided later: rows of the feed up to that position are told with it.
create table earlier_decisions (
    manifest_row   integer primary key references manifests (row),
    until_position integer not null,
    verdict        text not null,
    decisions      blob not null
) strict;

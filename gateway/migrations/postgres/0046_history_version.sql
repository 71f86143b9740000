-- Counts changes of the history counters, whoever makes them, so that gateways know when what they remember of them is old
-- (docs/decisions/0127).
alter table store_state add column history_version bigint not null default 0;
create function count_history_change() returns trigger language plpgsql as $$
begin
    update store_state set history_version = history_version + 1;
    return null;
end $$;
create trigger history_changed after insert or update or delete or truncate on history_counters
    for each statement execute function count_history_change();

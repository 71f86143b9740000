-- Counts changes of the history counters, whoever makes them, so that gateways know when what they remember of them is old
-- (docs/decisions/0127).
alter table store_state add column history_version integer not null default 0;
create trigger history_inserted after insert on history_counters begin
    update store_state set history_version = history_version + 1;
end;
create trigger history_updated after update on history_counters begin
    update store_state set history_version = history_version + 1;
end;
create trigger history_deleted after delete on history_counters begin
    update store_state set history_version = history_version + 1;
end;

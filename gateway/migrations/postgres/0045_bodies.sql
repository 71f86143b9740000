-- Expand: what lies under manifests' keys and is large, a month of receipt (UTC) a partition, so that a purge gives its disk back
-- by dropping a table instead of deleting rows (docs/decisions/0126). Columns of manifests with the same names are read as long as
-- something stands in them: what older programs wrote. `gateway migrate --finish` moves that; a later migration takes them away.
create table bodies (
    manifest_row    bigint not null,
    receive_time_us bigint not null,
    received_sealed bytea not null,
    persons_sealed  bytea
) partition by range (receive_time_us);
alter table bodies alter column received_sealed set storage external, alter column persons_sealed set storage external;
-- Not unique: a key over the whole table would have to hold the time, and rows are written with their manifest's only.
create index bodies_by_row on bodies (manifest_row);

-- What no month was made for: a missing partition refuses nobody.
create table bodies_rest partition of bodies default;

alter table manifests alter column received_sealed drop not null;

-- Makes the months from one instant to another that are not there, and moves into them what came before they were made. Says how
-- many it made. To be called under the lock of whoever writes.
create function make_body_months(from_us bigint, to_us bigint) returns bigint language plpgsql as $$
declare
    month timestamp := date_trunc('month', to_timestamp(from_us / 1000000) at time zone 'UTC');
    begin_us bigint;
    end_us bigint;
    name text;
    made bigint := 0;
begin
    loop
        begin_us := extract(epoch from month at time zone 'UTC')::bigint * 1000000;
        exit when begin_us > to_us;
        name := 'bodies_' || to_char(month, 'YYYY_MM');
        month := month + interval '1 month';
        end_us := extract(epoch from month at time zone 'UTC')::bigint * 1000000;
        if to_regclass(name) is null then
            execute format('create table %I (like bodies including storage including indexes)', name);
            execute format('with moved as (delete from bodies_rest where receive_time_us >= %s and receive_time_us < %s returning *)
                insert into %I select * from moved', begin_us, end_us, name);
            -- Known before it is attached, so that attaching need not read the month.
            execute format('alter table %I add constraint in_month check (receive_time_us >= %s and receive_time_us < %s)',
                name, begin_us, end_us);
            execute format('alter table bodies attach partition %I for values from (%s) to (%s)', name, begin_us, end_us);
            execute format('alter table %I drop constraint in_month', name);
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;

-- Drops the months that end before an instant or at it, and says how many. The keys of what lies in them are destroyed already.
create function drop_body_months(before_us bigint) returns bigint language plpgsql as $$
declare
    name text;
    dropped bigint := 0;
begin
    for name in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'bodies'::regclass and c.relname ~ '^bodies_[0-9]{4,6}_[0-9]{2}$' order by c.relname
    loop
        if extract(epoch from (to_date(substr(name, 8), 'YYYY_MM') + interval '1 month') at time zone 'UTC')::bigint * 1000000
            <= before_us then
            execute format('drop table %I', name);
            dropped := dropped + 1;
        end if;
    end loop;
    delete from bodies_rest where receive_time_us < before_us;
    return dropped;
end $$;

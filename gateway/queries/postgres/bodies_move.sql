-- Moves the bodies of some rows from where older programs put them; what is under no key any more goes. Says how many rows.
with old as (
    select row, receive_time_us, received_sealed, persons_sealed from manifests
    where row > $1 and row <= $2 and received_sealed is not null
), put as (
    insert into bodies (manifest_row, receive_time_us, received_sealed, persons_sealed)
    select o.row, o.receive_time_us, o.received_sealed, o.persons_sealed from old o join manifest_keys k on k.manifest_row = o.row
)
update manifests m set received_sealed = null, persons_sealed = null from old where m.row = old.row

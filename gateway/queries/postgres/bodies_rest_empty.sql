-- Deletes the bodies of some rows of the rest that came before an instant, as far as they are under no key any more.
delete from bodies_rest r where r.manifest_row > $1 and r.manifest_row <= $2 and r.receive_time_us < $3
    and not exists (select from manifest_keys k where k.manifest_row = r.manifest_row)

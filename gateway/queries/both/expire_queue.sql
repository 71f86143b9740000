-- Manifests that were recorded since the last look, by when they are expected.
insert into expiries (due_time_us, manifest_row)
select coalesce(m.arrival_time_us, m.receive_time_us), f.manifest_row
from feed f cross join manifests m
where m.row = f.manifest_row and f.event = 'RECORDED' and f.position > (select expiry_position from store_state) and f.position <= $1
on conflict do nothing

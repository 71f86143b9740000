-- The first manifest whose body lies where older programs put it.
select m.row, m.receive_time_us from manifests m where m.row = (select min(row) from manifests)

delete from partners where id = $1

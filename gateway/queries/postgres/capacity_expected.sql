-- What the last eight shifts of this name and weekday saw at the post; of any weekday, where none was of this one yet.
select u.arrivals from capacity_use u
where u.border_post_code = $1 and u.shift = $2 and u.day < $3
  and (extract(dow from u.day::date) = extract(dow from $3::text::date)
       or not exists (select 1 from capacity_use w
                      where w.border_post_code = $1 and w.shift = $2 and w.day < $3
                        and extract(dow from w.day::date) = extract(dow from $3::text::date)))
order by u.day desc limit 8

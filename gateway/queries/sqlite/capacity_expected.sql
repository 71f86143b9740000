-- What the last four shifts of this name saw at the post.
select u.arrivals from capacity_use u
where u.border_post_code = $1 and u.shift = $2 and u.day < $3 order by u.day desc limit 4

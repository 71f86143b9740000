-- $1: [post, day] pairs as a JSON array; $2: now. Each shift with what earlier shifts of its week, that are over, had and left,
-- how much of its expected arrivals the last of them saw, and what is left and still to come in those that are not over.
select c.border_post_code, c.day, c.shift, c.week, c.begin_us, c.end_us, c.minutes, c.minutes_per_control, c.expected_arrivals,
       d.cut, coalesce(u.arrivals, 0) as arrivals, coalesce(u.minutes, 0.0) as used,
       (select coalesce(sum(e.minutes - coalesce(v.minutes, 0.0)), 0.0)
        from capacity e left join capacity_use v on v.border_post_code = e.border_post_code and v.day = e.day and v.shift = e.shift
        where e.border_post_code = c.border_post_code and e.day between c.week and c.day
          and e.end_us <= c.begin_us and e.end_us <= $2) as carried,
       (select coalesce(sum(e.minutes), 0.0) from capacity e
        where e.border_post_code = c.border_post_code and e.day between c.week and c.day
          and e.end_us <= c.begin_us and e.end_us <= $2) as earlier_minutes,
       (select coalesce(v.arrivals, 0) / e.expected_arrivals
        from capacity e left join capacity_use v on v.border_post_code = e.border_post_code and v.day = e.day and v.shift = e.shift
        where e.border_post_code = c.border_post_code and e.day between c.week and c.day
          and e.end_us <= c.begin_us and e.end_us <= $2
        order by e.end_us desc limit 1) as last_level,
       (select coalesce(sum(e.minutes - coalesce(v.minutes, 0.0)), 0.0)
        from capacity e left join capacity_use v on v.border_post_code = e.border_post_code and v.day = e.day and v.shift = e.shift
        where e.border_post_code = c.border_post_code and e.day between c.week and to_char(c.week::date + 6, 'YYYY-MM-DD')
          and e.end_us > $2 and (e.day, e.shift) <> (c.day, c.shift)) as elsewhere_left,
       (select coalesce(sum(greatest(e.expected_arrivals - coalesce(v.arrivals, 0), 0.0)), 0.0)
        from capacity e left join capacity_use v on v.border_post_code = e.border_post_code and v.day = e.day and v.shift = e.shift
        where e.border_post_code = c.border_post_code and e.day between c.week and to_char(c.week::date + 6, 'YYYY-MM-DD')
          and e.end_us > $2 and (e.day, e.shift) <> (c.day, c.shift)) as elsewhere_to_come,
       s.counts
from json_array_elements($1::json) k
join capacity c on c.border_post_code = k.value ->> 0 and c.day = k.value ->> 1
join capacity_days d on d.border_post_code = c.border_post_code and d.day = c.day
left join capacity_use u on u.border_post_code = c.border_post_code and u.day = c.day and u.shift = c.shift
left join capacity_scores s on s.border_post_code = c.border_post_code

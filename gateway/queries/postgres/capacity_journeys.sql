-- $1: the asked keys.
select j.journey_key, j.border_post_code, j.day, j.shift, j.minutes
from capacity_journeys j where j.journey_key = any ($1::text[])

-- $1: the asked keys as a JSON array.
select j.journey_key, j.border_post_code, j.day, j.shift, j.minutes
from json_each($1) k cross join capacity_journeys j on j.journey_key = k.value

-- Only the manifest's own entry: another of the same journey keeps what it was given.
delete from capacity_journeys where journey_key = $1 and manifest_id = $2 returning border_post_code, day, shift, minutes

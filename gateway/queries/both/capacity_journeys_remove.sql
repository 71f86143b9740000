delete from capacity_journeys where journey_key = $1

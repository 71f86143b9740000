insert into calibration (bundle_digest, head, drawn_at_random, bin, outcomes, predicted, found)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (bundle_digest, head, drawn_at_random, bin) do update set outcomes = calibration.outcomes + excluded.outcomes,
    predicted = calibration.predicted + excluded.predicted, found = calibration.found + excluded.found

select bundle_digest, head, drawn_at_random, bin, outcomes, predicted, found from calibration
order by bundle_digest, head, drawn_at_random, bin

select position from challenger_positions where bundle_digest = $1

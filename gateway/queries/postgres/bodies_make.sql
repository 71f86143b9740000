select make_body_months($1, $2) as made

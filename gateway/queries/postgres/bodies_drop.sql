select drop_body_months($1) as dropped

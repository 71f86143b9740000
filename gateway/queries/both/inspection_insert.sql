insert into inspections (manifest_row, number, border_post_code, outcome_reference, revision, subject, digest, report, counted,
    irregular, critical, drawn_at_random, examine_time_us, report_time_us)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

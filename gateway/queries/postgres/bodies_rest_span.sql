-- Between which rows those bodies of the rest lie that came before an instant.
select min(manifest_row) as first_row, max(manifest_row) as last_row from bodies_rest where receive_time_us < $1

-- Documents that hold several messages are kept once, as received, under a key of their own (docs/decisions/0038). A
-- manifest that came in one says so by its format, and which document and message it was under its own key.
create table documents (
    row             integer primary key,
    id              blob not null unique,
    partner_id      text not null,
    receive_time_us integer not null,
    format          text not null,
    received_sealed blob not null
) strict;

create table document_keys (
    document_row    integer primary key references documents (row),
    receive_time_us integer not null,
    wrapping_key_id text not null,
    wrapped_key     blob not null
) strict;

-- Documents that hold several messages are kept once, as received, under a key of their own (docs/decisions/0038). A
-- manifest that came in one says so by its format, and which document and message it was under its own key.
create table documents (
    row             bigint generated always as identity primary key,
    id              bytea not null unique,
    partner_id      text collate "C" not null,
    receive_time_us bigint not null,
    format          text collate "C" not null,
    received_sealed bytea not null
);

create table document_keys (
    document_row    bigint primary key references documents (row),
    receive_time_us bigint not null,
    wrapping_key_id text collate "C" not null,
    wrapped_key     bytea not null
);

-- What a partner calls its manifests beside the reference that they go under: numbers given by administrations, references
-- of the other list of a journey, the journey itself, and digests of messages that were put into what stood there
-- (docs/decisions/0075). Filled for documents of partners' own formats only, beside their recording.
create table links (
    partner_id         text collate "C" not null,
    said               text collate "C" not null,
    manifest_reference text collate "C" not null,
    part               text collate "C" not null,
    revision           bigint not null,
    linked_time_us     bigint not null,
    primary key (partner_id, said, manifest_reference)
);

-- Whose entry it is: a manifest that is withdrawn or never arrives gives back what it was given itself, and nothing else.
alter table capacity_journeys add column manifest_id bytea;

-- The last day on which drift was found: for a quarter after it random checks take a larger share.
alter table store_state add column drift_found_day text collate "C";

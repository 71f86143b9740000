-- What was found of each declaration that history was imported from: 0 nothing, 1 an irregularity, 2 a critical one. Null for those
-- that were imported before this column was there. Imported again with another label a declaration is told, and counts nothing.
alter table history_sources add column label integer check (label in (0, 1, 2));

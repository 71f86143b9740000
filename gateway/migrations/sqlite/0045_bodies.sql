-- On PostgreSQL what lies under manifests' keys moves into a table that is cut by month (docs/decisions/0126). A file cannot
-- drop a part of a table: here those columns stay where they are, and a purge empties them, so that their pages are used again.
select 1;

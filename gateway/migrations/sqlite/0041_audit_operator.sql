-- Who ran a command, and ways to find events other than reading all of them (docs/decisions/0118).
alter table audit add column operator text;
create index audit_by_time on audit (event_time_us, number);
create index audit_by_partner on audit (partner_id, number);
create index audit_by_rare_event on audit (event, number)
    where event not in ('SUBMITTED', 'REPEATED', 'REJECTED', 'REFUSED', 'DRY_RUN', 'AMENDED', 'PERSONS_READ');

-- What was found of some declarations when they were counted.
select source_id, label from history_sources
where source_id = any ($1::text[]) and label is not null

-- What was found of some declarations when they were counted.
select source_id, label from history_sources
where source_id in (select value from json_each($1)) and label is not null

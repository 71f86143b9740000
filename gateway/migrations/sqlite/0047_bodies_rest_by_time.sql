-- Only PostgreSQL's bodies are cut by month.
select 1;

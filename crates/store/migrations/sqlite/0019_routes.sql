-- The route that chose a task's account, and why: JSON. NULL where the account was named.
ALTER TABLE tasks ADD COLUMN route TEXT;

-- Whom the client knows by a key of its own, whatever the task.
CREATE INDEX contacts_by_client_key ON contacts (tenant, external_id, id) WHERE external_id IS NOT NULL;

-- Everybody a person is, and who of them is of a task: a number may be of very many.
DROP INDEX contacts_by_number;
CREATE INDEX contacts_by_number ON contacts (tenant, phone, task);

-- Whether somebody was put on the list of those to be forgotten since the walk over the task's people began: then it
-- is gone once more, for people end meanwhile, and come to stand behind it.
ALTER TABLE tasks ADD COLUMN retired_some BOOLEAN NOT NULL DEFAULT FALSE;

-- The server keeps samples of columns for its planner, and shows them long after rows were sealed or emptied. Nothing is
-- looked up by these, so none are taken; a column that is given its own type loses those there are.
ALTER TABLE contacts
    ALTER COLUMN name TYPE TEXT COLLATE "C", ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN variables TYPE TEXT COLLATE "C", ALTER COLUMN variables SET STATISTICS 0,
    ALTER COLUMN person TYPE TEXT COLLATE "C", ALTER COLUMN person SET STATISTICS 0;
ALTER TABLE calls
    ALTER COLUMN recording TYPE TEXT COLLATE "C", ALTER COLUMN recording SET STATISTICS 0,
    ALTER COLUMN insights TYPE TEXT COLLATE "C", ALTER COLUMN insights SET STATISTICS 0,
    ALTER COLUMN sealed TYPE TEXT COLLATE "C", ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE once_keys ALTER COLUMN body TYPE TEXT COLLATE "C", ALTER COLUMN body SET STATISTICS 0;

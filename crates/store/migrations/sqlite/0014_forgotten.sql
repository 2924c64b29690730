-- Whom the client knows by a key of its own, whatever the task.
CREATE INDEX contacts_by_client_key ON contacts (tenant, external_id, id) WHERE external_id IS NOT NULL;

-- Everybody a person is, and who of them is of a task: a number may be of very many.
DROP INDEX contacts_by_number;
CREATE INDEX contacts_by_number ON contacts (tenant, phone, task);

-- Whether somebody was put on the list of those to be forgotten since the walk over the task's people began: then it
-- is gone once more, for people end meanwhile, and come to stand behind it.
ALTER TABLE tasks ADD COLUMN retired_some INTEGER NOT NULL DEFAULT FALSE;

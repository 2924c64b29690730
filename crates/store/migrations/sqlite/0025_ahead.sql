-- Tasks that are to be looked at again at some time, one after the other.
CREATE INDEX tasks_ahead ON tasks (id) WHERE due_at IS NOT NULL;

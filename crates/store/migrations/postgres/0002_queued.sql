-- Who is next: as small as the queue, whatever became of everybody before. By an expression, so that no plan
-- mistakes the primary key for it.
CREATE INDEX contacts_queued ON contacts (task, (id || '')) WHERE status = 'queued';

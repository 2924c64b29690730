-- Who is next: as small as the queue, whatever became of everybody before. Its collation is not the primary
-- key's, so that no plan mistakes one for the other.
CREATE INDEX contacts_queued ON contacts (task, id COLLATE "C") WHERE status = 'queued';

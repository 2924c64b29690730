-- For what people are held is told for one task, and for all of them.
DROP INDEX contacts_held_by_reason;
CREATE INDEX contacts_held_for ON contacts (hold_reason, task, hold_until) WHERE status = 'held' AND hold_reason IS NOT NULL;

-- Whoever watches counts those the gate holds, and reads nobody else.
CREATE INDEX contacts_held_by_reason ON contacts (hold_reason) WHERE status = 'held' AND hold_reason IS NOT NULL;

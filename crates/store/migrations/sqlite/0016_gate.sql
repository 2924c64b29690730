-- What the gate asks of a person beside their number: where they are, until when they may be called, who they are to the client.
ALTER TABLE contacts ADD COLUMN time_zone TEXT;
ALTER TABLE contacts ADD COLUMN expires_at INTEGER;
ALTER TABLE contacts ADD COLUMN person_id TEXT;

-- Whoever is not done and not being taken back, by when their time is over.
CREATE INDEX contacts_expiring ON contacts (expires_at)
    WHERE expires_at IS NOT NULL AND cancel_requested = FALSE
      AND status IN ('queued', 'held', 'submitting', 'submitted', 'dialing', 'unknown');

-- The hours a segment's vendor was told, where they are others than the task's own: whoever has other hours goes elsewhere.
ALTER TABLE segments ADD COLUMN hours TEXT;

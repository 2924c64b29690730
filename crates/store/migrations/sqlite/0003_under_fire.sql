-- Requests that have their effect once: the client's key and what was answered.
CREATE TABLE once_keys (
    tenant      TEXT NOT NULL,
    scope       TEXT NOT NULL,
    key         TEXT NOT NULL,
    -- Empty while the request is under way and its body is not known whole.
    fingerprint TEXT NOT NULL,
    -- NULL while the request is under way.
    status      INTEGER,
    headers     TEXT NOT NULL,
    body        TEXT NOT NULL,
    holder      TEXT NOT NULL,
    held_until  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX once_keys_by_age ON once_keys (created_at);

-- When the vendor's side of a segment was last looked at as a whole.
ALTER TABLE segments ADD COLUMN verified_at INTEGER;

-- Whose claim it is: a process that starts again under its name need not wait for its own claims to run out.
ALTER TABLE tasks ADD COLUMN lease_holder TEXT;

-- The number lock is a law of the database: at most one live or unknown dial per number.
DROP INDEX contacts_live_numbers;
CREATE UNIQUE INDEX contacts_live_numbers ON contacts (tenant, phone)
    WHERE status IN ('submitting', 'submitted', 'dialing', 'unknown');

-- Dispatches in doubt, for whoever counts them.
CREATE INDEX dispatches_in_doubt ON dispatches (account, created_at) WHERE outcome = 'unknown';

-- Whether every POST with the key must name an idempotency key.
ALTER TABLE api_keys ADD COLUMN requires_idempotency_key INTEGER NOT NULL DEFAULT 0;

-- Who asked for the task: a key, or a subject of an issuer.
ALTER TABLE tasks ADD COLUMN client TEXT;

-- On whose account an attempt is, and since when.
ALTER TABLE attempts ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;

-- Dials of a quarter of an hour: each time somebody may be rung by a vendor who was given them then. It outlives its task.
CREATE TABLE spending (
    task    TEXT NOT NULL,
    account TEXT NOT NULL,
    -- When the quarter began.
    quarter INTEGER NOT NULL,
    tenant  TEXT NOT NULL,
    -- Empty where nobody is known to have asked.
    client  TEXT NOT NULL,
    dials   INTEGER NOT NULL,
    PRIMARY KEY (task, account, quarter)
) STRICT, WITHOUT ROWID;

CREATE INDEX spending_of_tenant ON spending (tenant, quarter, client, dials);
CREATE INDEX spending_at_account ON spending (account, quarter, dials);
CREATE INDEX spending_by_age ON spending (quarter);

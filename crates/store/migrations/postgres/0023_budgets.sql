-- Who asked for the task: a key, or a subject of an issuer.
ALTER TABLE tasks ADD COLUMN client TEXT COLLATE "C";

-- On whose account an attempt is, and since when.
ALTER TABLE attempts ADD COLUMN account TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;

-- Dials of a quarter of an hour: each time somebody may be rung by a vendor who was given them then. It outlives its task.
CREATE TABLE spending (
    task    TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    -- When the quarter began.
    quarter BIGINT NOT NULL,
    tenant  TEXT COLLATE "C" NOT NULL,
    -- Empty where nobody is known to have asked.
    client  TEXT COLLATE "C" NOT NULL,
    dials   BIGINT NOT NULL,
    PRIMARY KEY (task, account, quarter)
);

CREATE INDEX spending_of_tenant ON spending (tenant, quarter, client, dials);
CREATE INDEX spending_at_account ON spending (account, quarter, dials);
CREATE INDEX spending_by_age ON spending (quarter);

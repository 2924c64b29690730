-- What vendors push: kept before it is acknowledged, and until it is used.
CREATE TABLE pushes (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account          TEXT COLLATE "C" NOT NULL,
    kind             TEXT COLLATE "C" NOT NULL,
    -- The same for every delivery of the same news.
    news             TEXT COLLATE "C" NOT NULL,
    -- Readable to whoever has the installation's pepper; empty once the push was used.
    sealed           TEXT COLLATE "C" NOT NULL,
    bytes            BIGINT NOT NULL,
    state            TEXT COLLATE "C" NOT NULL,
    reason           TEXT COLLATE "C",
    deliveries       BIGINT NOT NULL,
    received_at      BIGINT NOT NULL,
    last_received_at BIGINT NOT NULL,
    -- How often somebody took it in hand; whoever has it in hand is known by the number.
    attempts         BIGINT NOT NULL DEFAULT 0,
    -- When it is free to be taken in hand.
    due_at           BIGINT NOT NULL
);

CREATE UNIQUE INDEX pushes_by_news ON pushes (account, kind, news);
CREATE INDEX pushes_due ON pushes (due_at) WHERE state = 'new';
CREATE INDEX pushes_by_state ON pushes (account, state, id);

-- What is counted of an account day by day (days since 1970 in UTC). `place` spreads what would be one row over
-- several.
CREATE TABLE account_tallies (
    account TEXT COLLATE "C" NOT NULL,
    day     BIGINT NOT NULL,
    what    TEXT COLLATE "C" NOT NULL,
    -- Which kind of push; empty for outcomes.
    kind    TEXT COLLATE "C" NOT NULL,
    place   TEXT COLLATE "C" NOT NULL,
    times   BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account, day, what, kind, place)
);

-- How sure an outcome is, where it was learned, and whether a push has come about it.
ALTER TABLE contacts ADD COLUMN confidence TEXT COLLATE "C";
ALTER TABLE contacts ADD COLUMN learned_from TEXT COLLATE "C";
ALTER TABLE contacts ADD COLUMN pushed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE calls ADD COLUMN confidence TEXT COLLATE "C";

-- What the vendor understood of a call.
ALTER TABLE calls ADD COLUMN insights TEXT COLLATE "C" NOT NULL DEFAULT '[]';

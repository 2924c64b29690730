-- What vendors push: kept before it is acknowledged, and until it is used.
CREATE TABLE pushes (
    id               TEXT NOT NULL PRIMARY KEY,
    account          TEXT NOT NULL,
    kind             TEXT NOT NULL,
    -- The same for every delivery of the same news.
    news             TEXT NOT NULL,
    -- Readable to whoever has the installation's pepper; empty once the push was used.
    sealed           TEXT NOT NULL,
    bytes            INTEGER NOT NULL,
    state            TEXT NOT NULL,
    reason           TEXT,
    deliveries       INTEGER NOT NULL,
    received_at      INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    -- How often somebody took it in hand; whoever has it in hand is known by the number.
    attempts         INTEGER NOT NULL DEFAULT 0,
    -- When it is free to be taken in hand.
    due_at           INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX pushes_by_news ON pushes (account, kind, news);
CREATE INDEX pushes_due ON pushes (due_at) WHERE state = 'new';
CREATE INDEX pushes_by_state ON pushes (account, state, id);

-- What is counted of an account day by day (days since 1970 in UTC). `place` spreads what would be one row over
-- several.
CREATE TABLE account_tallies (
    account TEXT NOT NULL,
    day     INTEGER NOT NULL,
    what    TEXT NOT NULL,
    -- Which kind of push; empty for outcomes.
    kind    TEXT NOT NULL,
    place   TEXT NOT NULL,
    times   INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (account, day, what, kind, place)
) STRICT, WITHOUT ROWID;

-- How sure an outcome is, where it was learned, and whether a push has come about it.
ALTER TABLE contacts ADD COLUMN confidence TEXT;
ALTER TABLE contacts ADD COLUMN learned_from TEXT;
ALTER TABLE contacts ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN confidence TEXT;

-- What the vendor understood of a call.
ALTER TABLE calls ADD COLUMN insights TEXT NOT NULL DEFAULT '[]';

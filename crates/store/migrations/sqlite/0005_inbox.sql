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

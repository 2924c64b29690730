-- One log of events for each tenant. Positions are given out one after another from here, in the transaction that
-- writes the events.
CREATE TABLE event_logs (
    tenant        TEXT NOT NULL PRIMARY KEY,
    last_position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events get their position and may be of no task. What was there before keeps its order.
CREATE TABLE events_by_position (
    tenant   TEXT NOT NULL,
    position INTEGER NOT NULL,
    id       TEXT NOT NULL,
    task     TEXT,
    contact  TEXT,
    call     TEXT,
    kind     TEXT NOT NULL,
    -- 0 for an event of no task.
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    data     TEXT NOT NULL,
    PRIMARY KEY (tenant, position)
) STRICT;

INSERT INTO events_by_position (tenant, position, id, task, contact, call, kind, sequence, at, data)
SELECT tenant, row_number() OVER (PARTITION BY tenant ORDER BY id), id, task, contact, call, kind, sequence, at, data
FROM events ORDER BY id;
DROP TABLE events;
ALTER TABLE events_by_position RENAME TO events;
INSERT INTO event_logs (tenant, last_position) SELECT tenant, max(position) FROM events GROUP BY tenant;

CREATE UNIQUE INDEX events_of_contact ON events (contact, sequence) WHERE contact IS NOT NULL;
CREATE UNIQUE INDEX events_of_task ON events (task, sequence) WHERE contact IS NULL AND task IS NOT NULL;
CREATE INDEX events_by_task ON events (task, position) WHERE task IS NOT NULL;

-- Accounts whose vendor was seen not to answer, or to answer again.
CREATE TABLE account_conditions (
    account     TEXT NOT NULL PRIMARY KEY,
    is_degraded INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who has something to lose at an account.
CREATE INDEX tasks_unfinished ON tasks (account, tenant) WHERE status NOT IN ('completed', 'stopped', 'failed');

CREATE TABLE webhook_endpoints (
    id              TEXT NOT NULL PRIMARY KEY,
    tenant          TEXT NOT NULL,
    url             TEXT NOT NULL,
    description     TEXT,
    -- A JSON array; empty for all.
    event_types     TEXT NOT NULL,
    task            TEXT,
    personal_data   TEXT NOT NULL,
    -- Encrypted by whoever uses the store.
    secret          BLOB NOT NULL,
    previous_secret BLOB,
    previous_until  INTEGER,
    status          TEXT NOT NULL,
    disabled_reason TEXT,
    failing_since   INTEGER,
    revision        INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    -- It gets what comes after this position.
    begins_after    INTEGER NOT NULL,
    -- It had no room for what comes after this position; NULL while it keeps up with its tenant's plan, or is
    -- disabled.
    behind_at       INTEGER,
    -- Deliveries that are not over, and those under way: kept, not counted.
    pending         INTEGER NOT NULL DEFAULT 0,
    in_flight       INTEGER NOT NULL DEFAULT 0,
    -- When the first of its deliveries is due.
    due_at          INTEGER
) STRICT;

CREATE INDEX webhook_endpoints_of_tenant ON webhook_endpoints (tenant, id) WHERE deleted_at IS NULL;
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (tenant, task) WHERE status = 'enabled';
CREATE INDEX webhook_endpoints_due ON webhook_endpoints (due_at) WHERE status = 'enabled';
CREATE INDEX webhook_endpoints_behind ON webhook_endpoints (tenant, behind_at) WHERE behind_at IS NOT NULL;
CREATE INDEX webhook_endpoints_waiting ON webhook_endpoints (pending) WHERE pending > 0;
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (deleted_at) WHERE deleted_at IS NOT NULL;

-- Up to where the log of a tenant that has endpoints has been copied into deliveries.
CREATE TABLE webhook_plans (
    tenant           TEXT NOT NULL PRIMARY KEY,
    planned_position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Stretches of the past that endpoints get again.
CREATE TABLE webhook_replays (
    id             INTEGER NOT NULL PRIMARY KEY,
    tenant         TEXT NOT NULL,
    endpoint       TEXT NOT NULL,
    -- Exactly one of these four.
    task           TEXT,
    contact        TEXT,
    kind           TEXT,
    since          INTEGER,
    -- Done up to here, and what is the last.
    after_position INTEGER NOT NULL,
    last_position  INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_replays_of_tenant ON webhook_replays (tenant, id);
CREATE INDEX webhook_replays_of_endpoint ON webhook_replays (endpoint);

-- What was planned for endpoints, and what became of it: the delivery log.
CREATE TABLE webhook_deliveries (
    endpoint        TEXT NOT NULL,
    position        INTEGER NOT NULL,
    event           TEXT NOT NULL,
    kind            TEXT NOT NULL,
    -- Contact or task: one delivery of a lane is due or under way, the others wait for it.
    lane            TEXT NOT NULL,
    -- waiting, due, sending; delivered, failed, dropped.
    status          TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    token           INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER,
    taken_until     INTEGER,
    taken_by        TEXT,
    last_attempt_at INTEGER,
    last_status     INTEGER,
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    PRIMARY KEY (endpoint, position)
) STRICT;

CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (endpoint, status, position);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint, lane, (position + 0)) WHERE ended_at IS NULL;
-- One of a lane at a time is a law of the database.
CREATE UNIQUE INDEX webhook_deliveries_active ON webhook_deliveries (endpoint, lane)
    WHERE status IN ('due', 'sending');
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, due_at, position) WHERE status = 'due';
CREATE INDEX webhook_deliveries_taken ON webhook_deliveries (taken_until) WHERE status = 'sending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- One log of events for each tenant. Positions are given out one after another from here, in the transaction that
-- writes the events.
CREATE TABLE event_logs (
    tenant        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_position BIGINT NOT NULL
);

-- Events get their position and may be of no task. What was there before keeps its order.
ALTER TABLE events ADD COLUMN position BIGINT;
UPDATE events SET position = placed.position
FROM (SELECT id, row_number() OVER (PARTITION BY tenant ORDER BY id) AS position FROM events) AS placed
WHERE events.id = placed.id;
ALTER TABLE events DROP CONSTRAINT events_pkey;
ALTER TABLE events ADD PRIMARY KEY (tenant, position);
ALTER TABLE events ALTER COLUMN task DROP NOT NULL;
INSERT INTO event_logs (tenant, last_position) SELECT tenant, max(position) FROM events GROUP BY tenant;

DROP INDEX events_of_task;
CREATE UNIQUE INDEX events_of_task ON events (task, sequence) WHERE contact IS NULL AND task IS NOT NULL;
CREATE INDEX events_by_task ON events (task, position) WHERE task IS NOT NULL;

-- Accounts whose vendor was seen not to answer, or to answer again.
CREATE TABLE account_conditions (
    account     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    is_degraded BOOLEAN NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- Who has something to lose at an account.
CREATE INDEX tasks_unfinished ON tasks (account, tenant) WHERE status NOT IN ('completed', 'stopped', 'failed');

CREATE TABLE webhook_endpoints (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant          TEXT COLLATE "C" NOT NULL,
    url             TEXT COLLATE "C" NOT NULL,
    description     TEXT COLLATE "C",
    -- A JSON array; empty for all.
    event_types     TEXT COLLATE "C" NOT NULL,
    task            TEXT COLLATE "C",
    personal_data   TEXT COLLATE "C" NOT NULL,
    -- Encrypted by whoever uses the store.
    secret          BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until  BIGINT,
    status          TEXT COLLATE "C" NOT NULL,
    disabled_reason TEXT COLLATE "C",
    failing_since   BIGINT,
    revision        BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    deleted_at      BIGINT,
    -- It gets what comes after this position.
    begins_after    BIGINT NOT NULL,
    -- It had no room for what comes after this position; NULL while it keeps up with its tenant's plan, or is
    -- disabled.
    behind_at       BIGINT,
    -- Deliveries that are not over, and those under way: kept, not counted.
    pending         BIGINT NOT NULL DEFAULT 0,
    in_flight       BIGINT NOT NULL DEFAULT 0,
    -- When the first of its deliveries is due.
    due_at          BIGINT
);

CREATE INDEX webhook_endpoints_of_tenant ON webhook_endpoints (tenant, id) WHERE deleted_at IS NULL;
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (tenant, task) WHERE status = 'enabled';
CREATE INDEX webhook_endpoints_due ON webhook_endpoints (due_at) WHERE status = 'enabled';
CREATE INDEX webhook_endpoints_behind ON webhook_endpoints (tenant, behind_at) WHERE behind_at IS NOT NULL;
CREATE INDEX webhook_endpoints_waiting ON webhook_endpoints (pending) WHERE pending > 0;
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (deleted_at) WHERE deleted_at IS NOT NULL;

-- Up to where the log of a tenant that has endpoints has been copied into deliveries.
CREATE TABLE webhook_plans (
    tenant           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    planned_position BIGINT NOT NULL
);

-- Stretches of the past that endpoints get again.
CREATE TABLE webhook_replays (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant         TEXT COLLATE "C" NOT NULL,
    endpoint       TEXT COLLATE "C" NOT NULL,
    -- Exactly one of these four.
    task           TEXT COLLATE "C",
    contact        TEXT COLLATE "C",
    kind           TEXT COLLATE "C",
    since          BIGINT,
    -- Done up to here, and what is the last.
    after_position BIGINT NOT NULL,
    last_position  BIGINT NOT NULL
);

CREATE INDEX webhook_replays_of_tenant ON webhook_replays (tenant, id);
CREATE INDEX webhook_replays_of_endpoint ON webhook_replays (endpoint);

-- What was planned for endpoints, and what became of it: the delivery log.
CREATE TABLE webhook_deliveries (
    endpoint        TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    event           TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    -- Contact or task: one delivery of a lane is due or under way, the others wait for it.
    lane            TEXT COLLATE "C" NOT NULL,
    -- waiting, due, sending; delivered, failed, dropped.
    status          TEXT COLLATE "C" NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    token           BIGINT NOT NULL DEFAULT 0,
    due_at          BIGINT,
    taken_until     BIGINT,
    taken_by        TEXT COLLATE "C",
    last_attempt_at BIGINT,
    last_status     BIGINT,
    last_error      TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    ended_at        BIGINT,
    PRIMARY KEY (endpoint, position)
);

CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (endpoint, status, position);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint, lane, (position + 0)) WHERE ended_at IS NULL;
-- One of a lane at a time is a law of the database.
CREATE UNIQUE INDEX webhook_deliveries_active ON webhook_deliveries (endpoint, lane)
    WHERE status IN ('due', 'sending');
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, due_at, position) WHERE status = 'due';
CREATE INDEX webhook_deliveries_taken ON webhook_deliveries (taken_until) WHERE status = 'sending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- Times are milliseconds since 1970-01-01 UTC, ids are text that sorts by creation, JSON is text.
-- A partial index serves only statements that repeat its condition word for word.

CREATE TABLE installation_secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL,
    name       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE tasks (
    id              TEXT NOT NULL PRIMARY KEY,
    tenant          TEXT NOT NULL,
    external_id     TEXT,
    account         TEXT NOT NULL,
    spec            TEXT NOT NULL,
    spec_revision   INTEGER NOT NULL DEFAULT 1,
    status          TEXT NOT NULL,
    desired         TEXT NOT NULL,
    trouble         TEXT,
    revision        INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    started_at      INTEGER,
    ended_at        INTEGER,
    -- Sequence of the last event of the task itself.
    last_event      INTEGER NOT NULL DEFAULT 0,
    -- Contacts with cancel_requested: kept, not counted.
    cancels_pending INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER,
    wakes           INTEGER NOT NULL DEFAULT 0,
    lease_token     INTEGER NOT NULL DEFAULT 0,
    -- NULL while nobody works on it.
    lease_until     INTEGER
) STRICT;

CREATE UNIQUE INDEX tasks_by_external_id ON tasks (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX tasks_by_age ON tasks (tenant, created_at, id);
CREATE INDEX tasks_by_status ON tasks (tenant, status, created_at, id);
CREATE INDEX tasks_by_account ON tasks (tenant, account, created_at, id);
CREATE INDEX tasks_due ON tasks (due_at) WHERE lease_until IS NULL;
CREATE INDEX tasks_leased ON tasks (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE task_counts (
    task     TEXT NOT NULL REFERENCES tasks (id),
    status   TEXT NOT NULL,
    contacts INTEGER NOT NULL,
    PRIMARY KEY (task, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_dispositions (
    task        TEXT NOT NULL REFERENCES tasks (id),
    disposition TEXT NOT NULL,
    contacts    INTEGER NOT NULL,
    PRIMARY KEY (task, disposition)
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (
    id            TEXT NOT NULL PRIMARY KEY,
    tenant        TEXT NOT NULL,
    task          TEXT NOT NULL REFERENCES tasks (id),
    account       TEXT NOT NULL,
    sequence      INTEGER NOT NULL,
    vendor_ref    TEXT,
    status        TEXT NOT NULL,
    raw_status    TEXT,
    adopted       INTEGER NOT NULL,
    contacts      INTEGER NOT NULL,
    open_contacts INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL,
    spec_revision INTEGER NOT NULL,
    not_before    INTEGER,
    polled_at     INTEGER,
    ended_at      INTEGER
) STRICT;

CREATE UNIQUE INDEX segments_by_task ON segments (task, sequence);
CREATE INDEX segments_open ON segments (task, sequence) WHERE status NOT IN ('completed', 'stopped', 'failed');
CREATE INDEX segments_by_vendor_ref ON segments (account, vendor_ref) WHERE vendor_ref IS NOT NULL;
CREATE UNIQUE INDEX segments_adopted ON segments (account, vendor_ref) WHERE adopted = TRUE;

CREATE TABLE contacts (
    id               TEXT NOT NULL PRIMARY KEY,
    tenant           TEXT NOT NULL,
    task             TEXT NOT NULL REFERENCES tasks (id),
    external_id      TEXT,
    phone            TEXT NOT NULL,
    name             TEXT,
    variables        TEXT NOT NULL,
    status           TEXT NOT NULL,
    hold_reason      TEXT,
    hold_until       INTEGER,
    disposition      TEXT,
    reason           TEXT,
    segment          TEXT REFERENCES segments (id),
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    calls            INTEGER NOT NULL DEFAULT 0,
    -- Sequence of the last event of the contact and its calls.
    last_event       INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX contacts_by_external_id ON contacts (task, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX contacts_by_status ON contacts (task, status, id);
CREATE INDEX contacts_by_disposition ON contacts (task, disposition, id) WHERE disposition IS NOT NULL;
CREATE INDEX contacts_by_segment ON contacts (segment, status, id) WHERE segment IS NOT NULL;
CREATE INDEX contacts_held ON contacts (task, hold_until, id) WHERE status = 'held';
CREATE INDEX contacts_to_cancel ON contacts (task, id) WHERE cancel_requested = TRUE;
-- The number lock: whose number rings now, or may.
CREATE INDEX contacts_live_numbers ON contacts (tenant, phone)
    WHERE status IN ('submitting', 'submitted', 'dialing', 'unknown');

CREATE TABLE dispatches (
    id            TEXT NOT NULL PRIMARY KEY,
    tenant        TEXT NOT NULL,
    task          TEXT NOT NULL REFERENCES tasks (id),
    account       TEXT NOT NULL,
    segment       TEXT NOT NULL REFERENCES segments (id),
    kind          TEXT NOT NULL,
    contacts      TEXT NOT NULL,
    digest        TEXT NOT NULL,
    fencing_token INTEGER NOT NULL,
    outcome       TEXT,
    created_at    INTEGER NOT NULL,
    settled_at    INTEGER
) STRICT;

CREATE INDEX dispatches_open ON dispatches (task, id) WHERE (outcome IS NULL OR outcome = 'unknown');

CREATE TABLE calls (
    id             TEXT NOT NULL PRIMARY KEY,
    tenant         TEXT NOT NULL,
    task           TEXT NOT NULL REFERENCES tasks (id),
    contact        TEXT NOT NULL,
    segment        TEXT NOT NULL REFERENCES segments (id),
    vendor_call_id TEXT NOT NULL,
    started_at     INTEGER,
    answered_at    INTEGER,
    ended_at       INTEGER,
    talk_seconds   INTEGER NOT NULL,
    disposition    TEXT,
    raw_code       TEXT,
    raw_text       TEXT,
    recording      TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX calls_by_vendor_id ON calls (segment, vendor_call_id);
CREATE INDEX calls_by_tenant ON calls (tenant, id);
CREATE INDEX calls_by_task ON calls (tenant, task, id);
CREATE INDEX calls_by_contact ON calls (tenant, contact, id);
CREATE INDEX calls_by_disposition ON calls (tenant, disposition, id) WHERE disposition IS NOT NULL;
CREATE INDEX calls_by_task_and_disposition ON calls (tenant, task, disposition, id)
    WHERE disposition IS NOT NULL;

CREATE TABLE events (
    id       TEXT NOT NULL PRIMARY KEY,
    tenant   TEXT NOT NULL,
    task     TEXT NOT NULL,
    contact  TEXT,
    call     TEXT,
    kind     TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    data     TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_of_contact ON events (contact, sequence) WHERE contact IS NOT NULL;
CREATE UNIQUE INDEX events_of_task ON events (task, sequence) WHERE contact IS NULL;

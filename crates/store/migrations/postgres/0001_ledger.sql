-- Times are milliseconds since 1970-01-01 UTC, ids are text that sorts by creation, JSON is text.
-- Text is compared by its bytes: no order and no index depends on the server's locale.
-- A partial index serves only statements that repeat its condition word for word.

CREATE TABLE installation_secrets (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE api_keys (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant     TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL UNIQUE,
    scopes     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    -- Whether every POST with the key must name an idempotency key.
    requires_idempotency_key BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE tasks (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant          TEXT COLLATE "C" NOT NULL,
    external_id     TEXT COLLATE "C",
    account         TEXT COLLATE "C" NOT NULL,
    spec            TEXT COLLATE "C" NOT NULL,
    spec_revision   BIGINT NOT NULL DEFAULT 1,
    status          TEXT COLLATE "C" NOT NULL,
    desired         TEXT COLLATE "C" NOT NULL,
    trouble         TEXT COLLATE "C",
    revision        BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    started_at      BIGINT,
    ended_at        BIGINT,
    -- Sequence of the last event of the task itself.
    last_event      BIGINT NOT NULL DEFAULT 0,
    -- Contacts with cancel_requested: kept, not counted.
    cancels_pending BIGINT NOT NULL DEFAULT 0,
    due_at          BIGINT,
    wakes           BIGINT NOT NULL DEFAULT 0,
    lease_token     BIGINT NOT NULL DEFAULT 0,
    -- NULL while nobody works on it.
    lease_until     BIGINT,
    -- Whose claim it is: a process that starts again under its name need not wait for its own claims to run out.
    lease_holder    TEXT COLLATE "C"
);

CREATE UNIQUE INDEX tasks_by_external_id ON tasks (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX tasks_by_age ON tasks (tenant, created_at, id);
CREATE INDEX tasks_by_status ON tasks (tenant, status, created_at, id);
CREATE INDEX tasks_by_account ON tasks (tenant, account, created_at, id);
CREATE INDEX tasks_due ON tasks (due_at) WHERE lease_until IS NULL;
CREATE INDEX tasks_leased ON tasks (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE task_counts (
    task     TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    status   TEXT COLLATE "C" NOT NULL,
    contacts BIGINT NOT NULL,
    PRIMARY KEY (task, status)
);

CREATE TABLE task_dispositions (
    task        TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    disposition TEXT COLLATE "C" NOT NULL,
    contacts    BIGINT NOT NULL,
    PRIMARY KEY (task, disposition)
);

CREATE TABLE segments (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant        TEXT COLLATE "C" NOT NULL,
    task          TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    account       TEXT COLLATE "C" NOT NULL,
    sequence      BIGINT NOT NULL,
    vendor_ref    TEXT COLLATE "C",
    status        TEXT COLLATE "C" NOT NULL,
    raw_status    TEXT COLLATE "C",
    adopted       BOOLEAN NOT NULL,
    contacts      BIGINT NOT NULL,
    open_contacts BIGINT NOT NULL,
    opened_at     BIGINT NOT NULL,
    spec_revision BIGINT NOT NULL,
    not_before    BIGINT,
    polled_at     BIGINT,
    -- When the vendor's side of it was last looked at as a whole.
    verified_at   BIGINT,
    ended_at      BIGINT
);

CREATE UNIQUE INDEX segments_by_task ON segments (task, sequence);
CREATE INDEX segments_open ON segments (task, sequence) WHERE status NOT IN ('completed', 'stopped', 'failed');
CREATE INDEX segments_by_vendor_ref ON segments (account, vendor_ref) WHERE vendor_ref IS NOT NULL;
CREATE UNIQUE INDEX segments_adopted ON segments (account, vendor_ref) WHERE adopted = TRUE;

-- Its task and segment are not checked by the server row for row: whoever writes contacts holds the lock of the
-- task's row, and no task or segment is ever deleted.
CREATE TABLE contacts (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant           TEXT COLLATE "C" NOT NULL,
    task             TEXT COLLATE "C" NOT NULL,
    external_id      TEXT COLLATE "C",
    phone            TEXT COLLATE "C" NOT NULL,
    name             TEXT COLLATE "C",
    variables        TEXT COLLATE "C" NOT NULL,
    status           TEXT COLLATE "C" NOT NULL,
    hold_reason      TEXT COLLATE "C",
    hold_until       BIGINT,
    disposition      TEXT COLLATE "C",
    reason           TEXT COLLATE "C",
    segment          TEXT COLLATE "C",
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    calls            BIGINT NOT NULL DEFAULT 0,
    -- Sequence of the last event of the contact and its calls.
    last_event       BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);

CREATE UNIQUE INDEX contacts_by_external_id ON contacts (task, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX contacts_by_status ON contacts (task, status, id);
CREATE INDEX contacts_by_disposition ON contacts (task, disposition, id) WHERE disposition IS NOT NULL;
CREATE INDEX contacts_by_segment ON contacts (segment, status, id) WHERE segment IS NOT NULL;
CREATE INDEX contacts_held ON contacts (task, hold_until, id) WHERE status = 'held';
CREATE INDEX contacts_to_cancel ON contacts (task, id) WHERE cancel_requested = TRUE;
-- The number lock is a law of the database: at most one live or unknown dial per number.
CREATE UNIQUE INDEX contacts_live_numbers ON contacts (tenant, phone)
    WHERE status IN ('submitting', 'submitted', 'dialing', 'unknown');

CREATE TABLE dispatches (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant        TEXT COLLATE "C" NOT NULL,
    task          TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    account       TEXT COLLATE "C" NOT NULL,
    segment       TEXT COLLATE "C" NOT NULL REFERENCES segments (id),
    kind          TEXT COLLATE "C" NOT NULL,
    contacts      TEXT COLLATE "C" NOT NULL,
    digest        TEXT COLLATE "C" NOT NULL,
    fencing_token BIGINT NOT NULL,
    outcome       TEXT COLLATE "C",
    created_at    BIGINT NOT NULL,
    settled_at    BIGINT
);

CREATE INDEX dispatches_open ON dispatches (task, id) WHERE (outcome IS NULL OR outcome = 'unknown');
-- Dispatches in doubt, for whoever counts them.
CREATE INDEX dispatches_in_doubt ON dispatches (account, created_at) WHERE outcome = 'unknown';

CREATE TABLE calls (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant         TEXT COLLATE "C" NOT NULL,
    task           TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    contact        TEXT COLLATE "C" NOT NULL,
    segment        TEXT COLLATE "C" NOT NULL REFERENCES segments (id),
    vendor_call_id TEXT COLLATE "C" NOT NULL,
    started_at     BIGINT,
    answered_at    BIGINT,
    ended_at       BIGINT,
    talk_seconds   BIGINT NOT NULL,
    disposition    TEXT COLLATE "C",
    raw_code       TEXT COLLATE "C",
    raw_text       TEXT COLLATE "C",
    recording      TEXT COLLATE "C",
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);

CREATE UNIQUE INDEX calls_by_vendor_id ON calls (segment, vendor_call_id);
-- Some pushes name nothing but the vendor's id of a call.
CREATE INDEX calls_by_vendor_call_id ON calls (vendor_call_id, id);
CREATE INDEX calls_by_tenant ON calls (tenant, id);
CREATE INDEX calls_by_task ON calls (tenant, task, id);
CREATE INDEX calls_by_contact ON calls (tenant, contact, id);
CREATE INDEX calls_by_disposition ON calls (tenant, disposition, id) WHERE disposition IS NOT NULL;
CREATE INDEX calls_by_task_and_disposition ON calls (tenant, task, disposition, id)
    WHERE disposition IS NOT NULL;

CREATE TABLE events (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant   TEXT COLLATE "C" NOT NULL,
    task     TEXT COLLATE "C" NOT NULL,
    contact  TEXT COLLATE "C",
    call     TEXT COLLATE "C",
    kind     TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    data     TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX events_of_contact ON events (contact, sequence) WHERE contact IS NOT NULL;
CREATE UNIQUE INDEX events_of_task ON events (task, sequence) WHERE contact IS NULL;

-- Requests that have their effect once: the client's key and what was answered.
CREATE TABLE once_keys (
    tenant      TEXT COLLATE "C" NOT NULL,
    scope       TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    -- Empty while the request is under way and its body is not known whole.
    fingerprint TEXT COLLATE "C" NOT NULL,
    -- NULL while the request is under way.
    status      BIGINT,
    headers     TEXT COLLATE "C" NOT NULL,
    body        TEXT COLLATE "C" NOT NULL,
    holder      TEXT COLLATE "C" NOT NULL,
    held_until  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, scope, key)
);

CREATE INDEX once_keys_by_age ON once_keys (created_at);

-- Request budgets: when the next place of an account and action is free, in microseconds.
CREATE TABLE request_slots (
    account TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    next_at BIGINT NOT NULL,
    PRIMARY KEY (account, action)
);

-- When a key was last used, some minutes more or less.
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;

CREATE INDEX api_keys_by_tenant ON api_keys (tenant, id);

-- Who asked for which change, and what they were answered.
CREATE TABLE audit (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    operation  TEXT NOT NULL,
    target     TEXT,
    status     INTEGER NOT NULL,
    request_id TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_tenant ON audit (tenant, id);
CREATE INDEX audit_by_target ON audit (tenant, target, id);
CREATE INDEX audit_by_age ON audit (at);

-- The last emergency stop of each tenant: whatever was there by then dials nobody any more.
CREATE TABLE emergency_stops (
    tenant TEXT NOT NULL PRIMARY KEY,
    id     TEXT NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    tasks  INTEGER NOT NULL
) STRICT;

-- When a key was last used, some minutes more or less.
ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT;

CREATE INDEX api_keys_by_tenant ON api_keys (tenant, id);

-- Who asked for which change, and what they were answered.
CREATE TABLE audit (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant     TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL,
    operation  TEXT COLLATE "C" NOT NULL,
    target     TEXT COLLATE "C",
    status     BIGINT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_by_tenant ON audit (tenant, id);
CREATE INDEX audit_by_target ON audit (tenant, target, id);
CREATE INDEX audit_by_age ON audit (at);

-- The last emergency stop of each tenant: whatever was there by then dials nobody any more.
CREATE TABLE emergency_stops (
    tenant TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    id     TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    actor  TEXT COLLATE "C" NOT NULL,
    tasks  BIGINT NOT NULL
);

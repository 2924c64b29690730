-- Numbers that are not to be called: by their keyed hash where what is personal is sealed, `person` being the number then.
-- An empty purpose is every purpose.
CREATE TABLE suppressions (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant     TEXT COLLATE "C" NOT NULL,
    number     TEXT COLLATE "C" NOT NULL,
    purpose    TEXT COLLATE "C" NOT NULL,
    person     TEXT COLLATE "C",
    reason     TEXT COLLATE "C",
    source     TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    UNIQUE (tenant, number, purpose)
);

CREATE INDEX suppressions_of_tenant ON suppressions (tenant, id);

-- People who were there when their number was suppressed, until they were taken back.
CREATE TABLE suppressing (
    contact TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant  TEXT COLLATE "C" NOT NULL,
    task    TEXT COLLATE "C" NOT NULL
);

CREATE INDEX suppressing_of_task ON suppressing (task, contact);

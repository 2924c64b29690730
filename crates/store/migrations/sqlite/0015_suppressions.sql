-- Numbers that are not to be called: by their keyed hash where what is personal is sealed, `person` being the number then.
-- An empty purpose is every purpose.
CREATE TABLE suppressions (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL,
    number     TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    person     TEXT,
    reason     TEXT,
    source     TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    UNIQUE (tenant, number, purpose)
) STRICT;

CREATE INDEX suppressions_of_tenant ON suppressions (tenant, id);

-- People who were there when their number was suppressed, until they were taken back.
CREATE TABLE suppressing (
    contact TEXT NOT NULL PRIMARY KEY,
    tenant  TEXT NOT NULL,
    task    TEXT NOT NULL
) STRICT;

CREATE INDEX suppressing_of_task ON suppressing (task, contact);

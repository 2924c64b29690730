-- What is personal may be sealed: with a key that is kept here, itself sealed with a key of the configuration. There is
-- no row while nothing is sealed, and one afterwards.
CREATE TABLE data_keys (
    id         INTEGER NOT NULL PRIMARY KEY,
    -- Name of the configuration's key.
    wrapped_by TEXT NOT NULL,
    wrapped    BLOB NOT NULL
) STRICT;

ALTER TABLE installation_secrets ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;

-- Number, name and variables, sealed. Where this is set, `phone` has a keyed hash in the number's place, by which
-- numbers are compared; the name is NULL, and there are no variables.
ALTER TABLE contacts ADD COLUMN person TEXT;

-- Recording and insights, sealed. Where this is set, neither is to be seen beside it.
ALTER TABLE calls ADD COLUMN sealed TEXT;

-- Whether the body is sealed, and the fingerprint a keyed hash.
ALTER TABLE once_keys ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;

-- When the person was erased. Then `phone` and `external_id` have keyed hashes in their place, and nothing else is left.
ALTER TABLE contacts ADD COLUMN erased_at INTEGER;
-- Everybody a person is.
CREATE INDEX contacts_by_number ON contacts (tenant, phone);

-- Whom the answer shows.
ALTER TABLE once_keys ADD COLUMN contact TEXT;
CREATE INDEX once_keys_by_contact ON once_keys (contact) WHERE contact IS NOT NULL;

-- People who are forgotten: how many contacts were found, and of how many nothing is left.
CREATE TABLE erasures (
    id           TEXT NOT NULL PRIMARY KEY,
    tenant       TEXT NOT NULL,
    contacts     INTEGER NOT NULL,
    erased       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    completed_at INTEGER
) STRICT;

CREATE INDEX erasures_of_tenant ON erasures (tenant, id);

-- Contacts that are still to be emptied, and when they are looked at.
CREATE TABLE erasing (
    contact TEXT NOT NULL,
    erasure TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    task    TEXT NOT NULL,
    due_at  INTEGER NOT NULL,
    PRIMARY KEY (contact, erasure)
) STRICT;

CREATE INDEX erasing_due ON erasing (due_at);
CREATE INDEX erasing_of_task ON erasing (task, due_at, contact);

-- Tasks that ended long ago: how far everybody of them was put on that list, by status and id, and when all of them were.
ALTER TABLE tasks ADD COLUMN retired_to TEXT NOT NULL DEFAULT '["",""]';
ALTER TABLE tasks ADD COLUMN retired_at INTEGER;
CREATE INDEX tasks_to_retire ON tasks (tenant, ended_at) WHERE ended_at IS NOT NULL AND retired_at IS NULL;

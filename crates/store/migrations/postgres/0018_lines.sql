-- Tasks that want lines of an account that has not enough for everybody. One that has not asked for a while wants none.
CREATE TABLE line_claims (
    task     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account  TEXT COLLATE "C" NOT NULL,
    weight   BIGINT NOT NULL,
    -- How far the task's turns have come; the one who is the furthest behind is next.
    clock    BIGINT NOT NULL,
    wanted   BIGINT NOT NULL,
    asked_at BIGINT NOT NULL
);

CREATE INDEX line_claims_of_account ON line_claims (account, task);

-- Tasks that may have people out.
CREATE INDEX tasks_open_by_account ON tasks (account) WHERE status NOT IN ('stopped', 'completed', 'failed');
CREATE INDEX tasks_open_by_tenant ON tasks (tenant) WHERE status NOT IN ('stopped', 'completed', 'failed');

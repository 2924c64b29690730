-- What counts for caps: each time somebody was handed to a vendor and may have been rung. The number is as in `contacts`.
CREATE TABLE attempts (
    contact  TEXT NOT NULL,
    -- Sequence of the contact's event that tells it.
    sequence INTEGER NOT NULL,
    tenant   TEXT NOT NULL,
    number   TEXT NOT NULL,
    -- The client's own key of the person.
    person   TEXT,
    -- Until when it may have rung; the end of time while the vendor has the contact, or may have it.
    over_at  INTEGER NOT NULL,
    -- How often it may have rung.
    times    INTEGER NOT NULL,
    PRIMARY KEY (contact, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_of_number ON attempts (tenant, number, over_at, times);
CREATE INDEX attempts_of_person ON attempts (tenant, person, over_at, times) WHERE person IS NOT NULL;
CREATE INDEX attempts_by_age ON attempts (over_at) WHERE over_at < 9223372036854775807;

INSERT INTO attempts (contact, sequence, tenant, number, over_at, times)
SELECT id, last_event, tenant, phone, CASE WHEN status = 'completed' THEN updated_at ELSE 9223372036854775807 END,
       CASE WHEN calls > 1 THEN calls ELSE 1 END
FROM contacts WHERE status IN ('submitting', 'submitted', 'dialing', 'unknown', 'completed');

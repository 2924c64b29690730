-- Whoever is out is counted where they are, not where their task dials.
DROP INDEX tasks_open_by_account;
DROP INDEX tasks_open_by_tenant;

CREATE INDEX segments_out_by_account ON segments (account, open_contacts) WHERE open_contacts > 0;
CREATE INDEX segments_out_by_tenant ON segments (tenant, open_contacts) WHERE open_contacts > 0;

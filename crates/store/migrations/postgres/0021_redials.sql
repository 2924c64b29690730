-- Tasks that call people of another task again: whose, how their calls had ended there (a JSON array), how many they were when it
-- was asked for and how many are taken over. The contact that was looked at last is NULL when all were, and for other tasks.
ALTER TABLE tasks ADD COLUMN redial_of TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN redial_dispositions TEXT COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE tasks ADD COLUMN redial_people BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN redial_taken BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN redial_through TEXT COLLATE "C";

CREATE INDEX tasks_by_redial ON tasks (tenant, redial_of, created_at, id) WHERE redial_of IS NOT NULL;

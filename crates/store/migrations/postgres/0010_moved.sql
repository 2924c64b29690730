-- The revision with which the endpoint got the URL it has: what was attempted before went elsewhere.
ALTER TABLE webhook_endpoints ADD COLUMN url_revision BIGINT NOT NULL DEFAULT 1;

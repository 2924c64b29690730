-- An endpoint that did not take a delivery asked not to be bothered with it before this instant; NULL while it waits for
-- nothing but its pause.
ALTER TABLE webhook_deliveries ADD COLUMN not_before INTEGER;

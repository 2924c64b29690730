-- `contact.outcome_confirmed` is `contact.outcome_updated` now: what was told under the old word, is on its way, or was asked
-- for is called by the new one.
UPDATE events SET kind = 'contact.outcome_updated' WHERE kind = 'contact.outcome_confirmed';
UPDATE webhook_deliveries SET kind = 'contact.outcome_updated' WHERE kind = 'contact.outcome_confirmed';
UPDATE webhook_replays SET kind = 'contact.outcome_updated' WHERE kind = 'contact.outcome_confirmed';
UPDATE webhook_endpoints
SET event_types = replace(event_types, '"contact.outcome_confirmed"', '"contact.outcome_updated"')
WHERE event_types LIKE '%"contact.outcome_confirmed"%';

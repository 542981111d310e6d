-- Version 8: when a cluster may be launched and since when its job is up are two columns.
ALTER TABLE placement RENAME COLUMN retry_at_ms TO not_before_ms;
ALTER TABLE placement ADD COLUMN up_since_ms INTEGER NOT NULL DEFAULT 0;
UPDATE placement SET up_since_ms = not_before_ms, not_before_ms = 0 WHERE phase = 'UP';

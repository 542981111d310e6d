-- Version 3: what happened to an application, and how often its job was started again.
ALTER TABLE app ADD COLUMN recoveries INTEGER NOT NULL DEFAULT 0;     -- clusters of it that were lost
ALTER TABLE app ADD COLUMN job_restarts INTEGER NOT NULL DEFAULT 0;   -- of the job that runs, by Flink itself
ALTER TABLE app ADD COLUMN total_restarts INTEGER NOT NULL DEFAULT 0; -- of all its jobs

CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    detail   TEXT NOT NULL -- a JSON object, by kind
) STRICT;

CREATE INDEX event_by_app ON event (app_id, sequence);

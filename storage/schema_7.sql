-- Version 7: what is yet to be removed of snapshots that are no longer listed.
CREATE TABLE deleted_snapshot (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id     TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    location   TEXT NOT NULL
) STRICT;

CREATE INDEX deleted_snapshot_by_app ON deleted_snapshot (app_id, sequence);

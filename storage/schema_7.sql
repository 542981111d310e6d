-- Version 7: what is yet to be removed of snapshots that are no longer listed.
CREATE TABLE deleted_snapshot (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id     TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    location   TEXT NOT NULL
) STRICT;

CREATE INDEX deleted_snapshot_by_app ON deleted_snapshot (app_id, sequence);

-- What a job was started from, where a later snapshot of it is what the next one would start from: Flink itself still goes back to the former.
CREATE TABLE job_origin (
    app_id        TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    job_id        TEXT NOT NULL,
    location      TEXT NOT NULL,
    origin_job_id TEXT NOT NULL, -- of a checkpoint
    PRIMARY KEY (app_id, job_id)
) STRICT, WITHOUT ROWID;

-- The tables of kobel.db, version 1. Statuses are stored by their API names, so that `sqlite3 kobel.db` reads well.
-- Times are UTC epoch milliseconds.

CREATE TABLE app (
    id                  TEXT PRIMARY KEY,
    account             TEXT NOT NULL,
    region              TEXT NOT NULL,
    name                TEXT NOT NULL,
    status              TEXT NOT NULL,
    version             INTEGER NOT NULL CHECK (version >= 1),
    current_parallelism INTEGER NOT NULL,
    restore_type        TEXT,             -- NULL: no run configuration, as while READY
    restore_snapshot    TEXT,
    allow_non_restored  INTEGER NOT NULL DEFAULT 0,
    last_checkpoint     TEXT NOT NULL DEFAULT '',
    cluster_count       INTEGER NOT NULL DEFAULT 0,
    created_at_ms       INTEGER NOT NULL,
    updated_at_ms       INTEGER NOT NULL,
    UNIQUE (account, region, name)
) STRICT;

CREATE TABLE app_version (
    app_id           TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    version          INTEGER NOT NULL,
    runtime          TEXT NOT NULL, -- of the configuration, for ListApplications
    config           TEXT NOT NULL, -- JSON
    code_sha256      TEXT NOT NULL,
    token            TEXT NOT NULL,
    created_at_ms    INTEGER NOT NULL,
    updated_from     INTEGER NOT NULL,
    rolled_back_from INTEGER NOT NULL,
    rolled_back_to   INTEGER NOT NULL,
    is_rolled_back   INTEGER NOT NULL,
    PRIMARY KEY (app_id, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX app_version_by_code ON app_version (code_sha256);

-- Where the job of an application runs, and where it is being moved to. An empty placement is an absent row.
CREATE TABLE placement (
    app_id             TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    slot               TEXT NOT NULL CHECK (slot IN ('CURRENT', 'NEXT')),
    phase              TEXT NOT NULL,
    cluster_id         TEXT NOT NULL,
    job_id             TEXT NOT NULL,
    version            INTEGER NOT NULL,
    parallelism        INTEGER NOT NULL,
    restore_path       TEXT NOT NULL,
    allow_non_restored INTEGER NOT NULL,
    attempt            INTEGER NOT NULL,
    retry_at_ms        INTEGER NOT NULL,
    PRIMARY KEY (app_id, slot)
) STRICT, WITHOUT ROWID;

-- What is being done to an application: the intention. No row: nothing.
CREATE TABLE move (
    app_id           TEXT PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,
    operation_id     TEXT NOT NULL,
    takes_snapshot   INTEGER NOT NULL,
    snapshot_name    TEXT NOT NULL,
    trigger_id       TEXT NOT NULL,
    restores_halt    INTEGER NOT NULL,
    halted           INTEGER NOT NULL,
    previous_version INTEGER NOT NULL,
    failure          TEXT NOT NULL,
    started_at_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id        TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    status        TEXT NOT NULL,
    is_automatic  INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    runtime       TEXT NOT NULL,
    trigger_id    TEXT NOT NULL,
    location      TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    UNIQUE (app_id, name)
) STRICT;

CREATE INDEX snapshot_by_app ON snapshot (app_id, sequence);
CREATE INDEX snapshot_by_status ON snapshot (app_id, status, sequence);

CREATE TABLE operation (
    sequence              INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id                TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    id                    TEXT NOT NULL,
    name                  TEXT NOT NULL,
    status                TEXT NOT NULL,
    started_at_ms         INTEGER NOT NULL,
    ended_at_ms           INTEGER NOT NULL,
    version_from          INTEGER NOT NULL,
    version_to            INTEGER NOT NULL,
    error                 TEXT NOT NULL,
    rollback_operation_id TEXT NOT NULL,
    UNIQUE (app_id, id)
) STRICT;

CREATE INDEX operation_by_app ON operation (app_id, sequence);

CREATE TABLE tag (
    app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (app_id, key)
) STRICT, WITHOUT ROWID;

-- The tables of a new kobel.db. A database of an earlier version is migrated by schema_2.sql and so on.
-- Statuses are stored by their API names, so that `sqlite3 kobel.db` shows them. Times are UTC epoch milliseconds.

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
    maintenance_start   TEXT NOT NULL DEFAULT '',   -- "HH:MM" UTC; '' = that of the Region
    recoveries          INTEGER NOT NULL DEFAULT 0, -- clusters of it that were lost
    job_restarts        INTEGER NOT NULL DEFAULT 0, -- of the job that runs, by Flink itself
    total_restarts      INTEGER NOT NULL DEFAULT 0, -- of all its jobs
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

-- Only versions that have code are found by it.
CREATE INDEX app_version_by_code ON app_version (code_sha256) WHERE code_sha256 <> '';

-- Where the job of an application runs (CURRENT), and where it moves to (NEXT). No row: an empty placement.
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
    not_before_ms      INTEGER NOT NULL, -- the earliest time of the launch
    restore_origin     TEXT NOT NULL DEFAULT 'EMPTY', -- what lies at restore_path
    restore_job_id     TEXT NOT NULL DEFAULT '',      -- of a checkpoint
    up_since_ms        INTEGER NOT NULL DEFAULT 0,    -- when the job came up last; 0 = not yet
    PRIMARY KEY (app_id, slot)
) STRICT, WITHOUT ROWID;

-- The move of an application: recorded before each step is attempted. No row: there is none.
CREATE TABLE move (
    app_id           TEXT PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,
    operation_id     TEXT NOT NULL,
    takes_snapshot   INTEGER NOT NULL, -- enum halt_kind
    snapshot_name    TEXT NOT NULL,
    trigger_id       TEXT NOT NULL,
    restores_halt    INTEGER NOT NULL,
    halted           INTEGER NOT NULL,
    previous_version INTEGER NOT NULL,
    failure          TEXT NOT NULL,
    started_at_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    sequence         INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id           TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,
    status           TEXT NOT NULL,
    is_automatic     INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    runtime          TEXT NOT NULL,
    trigger_id       TEXT NOT NULL,
    location         TEXT NOT NULL,
    created_at_ms    INTEGER NOT NULL,
    job_id           TEXT NOT NULL DEFAULT '', -- of a checkpoint that is kept; '' = a savepoint
    after_checkpoint TEXT NOT NULL DEFAULT '', -- the newest one of the job when it was asked for
    tries            INTEGER NOT NULL DEFAULT 0,
    not_before_ms    INTEGER NOT NULL DEFAULT 0,
    enhanced_id      TEXT NOT NULL DEFAULT '', -- '' = an application snapshot
    key_arn          TEXT NOT NULL DEFAULT '', -- '' = AWS_OWNED_KEY
    UNIQUE (app_id, name)
) STRICT;

CREATE INDEX snapshot_by_app ON snapshot (app_id, sequence);
CREATE INDEX snapshot_by_status ON snapshot (app_id, status, sequence);
CREATE INDEX snapshot_by_location ON snapshot (location) WHERE enhanced_id = '';
CREATE INDEX snapshot_by_job ON snapshot (app_id, job_id) WHERE job_id <> '';

-- Snapshots that are no longer listed, whose files are still to be removed.
CREATE TABLE deleted_snapshot (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id     TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    location   TEXT NOT NULL
) STRICT;

CREATE INDEX deleted_snapshot_by_app ON deleted_snapshot (app_id, sequence);

-- What a job was started from, where its placement names a later snapshot: on a restart Flink itself uses the first one.
CREATE TABLE job_origin (
    app_id        TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    job_id        TEXT NOT NULL,
    location      TEXT NOT NULL,
    origin_job_id TEXT NOT NULL, -- of a checkpoint
    PRIMARY KEY (app_id, job_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE enhanced_snapshot (
    sequence          INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT NOT NULL UNIQUE, -- names its files
    account           TEXT NOT NULL,
    region            TEXT NOT NULL,
    name              TEXT NOT NULL,
    status            TEXT NOT NULL,
    maker             TEXT NOT NULL, -- SnapshotInitiatorOperation
    description       TEXT NOT NULL,
    app_name          TEXT NOT NULL, -- '' = an import
    app_created_at_ms INTEGER NOT NULL,
    app_version       INTEGER NOT NULL,
    runtime           TEXT NOT NULL, -- '' = an import
    bucket_arn        TEXT NOT NULL, -- of an import
    key_prefix        TEXT NOT NULL,
    size_bytes        INTEGER NOT NULL,
    key_arn           TEXT NOT NULL, -- '' = AWS_OWNED_KEY
    created_at_ms     INTEGER NOT NULL,
    UNIQUE (account, region, name)
) STRICT;

CREATE INDEX enhanced_snapshot_by_scope ON enhanced_snapshot (account, region, sequence);
CREATE INDEX enhanced_snapshot_by_app ON enhanced_snapshot (account, region, app_name, sequence);
CREATE INDEX enhanced_snapshot_by_maker ON enhanced_snapshot (account, region, maker, sequence);
CREATE INDEX enhanced_snapshot_by_initiator ON enhanced_snapshot (account, region, (maker = 'SystemCreateSnapshot'), sequence);
CREATE INDEX enhanced_snapshot_of_status ON enhanced_snapshot (account, region, status, sequence);

-- The journal of snapshot operations: it outlives the snapshots.
CREATE TABLE snapshot_operation (
    sequence            INTEGER PRIMARY KEY AUTOINCREMENT,
    account             TEXT NOT NULL,
    region              TEXT NOT NULL,
    snapshot_name       TEXT NOT NULL,
    id                  TEXT NOT NULL,
    snapshot_id         TEXT NOT NULL, -- of the snapshot that had the name then
    kind                TEXT NOT NULL,
    status              TEXT NOT NULL,
    started_at_ms       INTEGER NOT NULL,
    ended_at_ms         INTEGER NOT NULL, -- 0 = in progress
    app_operation_id    TEXT NOT NULL,    -- what caused a system snapshot
    app_name            TEXT NOT NULL,
    bucket_arn          TEXT NOT NULL,    -- source of an import, destination of an export
    key_prefix          TEXT NOT NULL,
    exported_prefix     TEXT NOT NULL,
    role_arn            TEXT NOT NULL,
    source_key_arn      TEXT NOT NULL,
    destination_key_arn TEXT NOT NULL,
    error_code          TEXT NOT NULL,
    error               TEXT NOT NULL,
    UNIQUE (account, region, snapshot_name, id)
) STRICT;

CREATE INDEX snapshot_operation_by_name ON snapshot_operation (account, region, snapshot_name, sequence);
CREATE INDEX snapshot_operation_open ON snapshot_operation (snapshot_id) WHERE status = 'IN_PROGRESS';
CREATE INDEX snapshot_operation_by_time ON snapshot_operation (started_at_ms);

-- Snapshots whose files go: deleted ones that a job was started from, which still needs them, and
-- imports that failed.
CREATE TABLE deleted_enhanced_snapshot (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Tags of applications and of enhanced snapshots, by their ids.
CREATE TABLE tag (
    owner_id TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (owner_id, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER app_untagged AFTER DELETE ON app BEGIN
    DELETE FROM tag WHERE owner_id = old.id;
END;

CREATE TRIGGER enhanced_snapshot_untagged AFTER DELETE ON enhanced_snapshot BEGIN
    DELETE FROM tag WHERE owner_id = old.id;
END;

-- What happened to an application.
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    detail   TEXT NOT NULL,             -- a JSON object, by kind
    ordinal  INTEGER NOT NULL DEFAULT 0 -- among the rows of its application, which are trimmed by it
) STRICT;

CREATE INDEX event_by_app ON event (app_id, sequence);

-- What was measured of running jobs, and what the autoscaler made of it.
CREATE TABLE metric (
    app_id  TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms   INTEGER NOT NULL, -- the beginning of the minute
    figures TEXT NOT NULL,    -- a JSON object: controller/scaling/metric_minute.h
    PRIMARY KEY (app_id, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE scaling (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    moves    INTEGER NOT NULL,          -- 1: a move was begun
    body     TEXT NOT NULL,             -- a JSON object: controller/scaling/scaling_record.h
    ordinal  INTEGER NOT NULL DEFAULT 0 -- as that of an event
) STRICT;

CREATE INDEX scaling_by_app ON scaling (app_id, sequence);
CREATE INDEX scaling_by_move ON scaling (app_id, sequence) WHERE moves = 1;

-- How many applications there are: kept by triggers, so that no limit and no status has to count them.
CREATE TABLE app_count (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    status  TEXT NOT NULL,
    apps    INTEGER NOT NULL,
    PRIMARY KEY (account, region, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER app_added AFTER INSERT ON app BEGIN
    INSERT INTO app_count VALUES (new.account, new.region, new.status, 1) ON CONFLICT DO UPDATE SET apps = apps + 1;
END;

CREATE TRIGGER app_removed AFTER DELETE ON app BEGIN
    UPDATE app_count SET apps = apps - 1 WHERE account = old.account AND region = old.region AND status = old.status;
    DELETE FROM app_count WHERE account = old.account AND region = old.region AND apps = 0;
END;

CREATE TRIGGER app_changed AFTER UPDATE OF status ON app WHEN old.status <> new.status BEGIN
    UPDATE app_count SET apps = apps - 1 WHERE account = old.account AND region = old.region AND status = old.status;
    INSERT INTO app_count VALUES (new.account, new.region, new.status, 1) ON CONFLICT DO UPDATE SET apps = apps + 1;
END;

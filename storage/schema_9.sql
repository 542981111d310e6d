-- Version 9: enhanced snapshots, which belong to an account and a Region, and their operations.
ALTER TABLE snapshot ADD COLUMN enhanced_id TEXT NOT NULL DEFAULT ''; -- '' = an application snapshot
ALTER TABLE snapshot ADD COLUMN key_arn TEXT NOT NULL DEFAULT '';     -- '' = AWS_OWNED_KEY

CREATE INDEX snapshot_by_location ON snapshot (location) WHERE enhanced_id = '';

UPDATE snapshot SET key_arn = coalesce((SELECT json_extract(config,
    '$.ApplicationConfigurationDescription.ApplicationEncryptionConfigurationDescription.KeyId')
    FROM app_version v WHERE v.app_id = snapshot.app_id AND v.version = snapshot.version), '');

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
CREATE TABLE new_tag (
    owner_id TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (owner_id, key)
) STRICT, WITHOUT ROWID;

INSERT INTO new_tag SELECT app_id, key, value FROM tag;
DROP TABLE tag;
ALTER TABLE new_tag RENAME TO tag;

CREATE TRIGGER app_untagged AFTER DELETE ON app BEGIN
    DELETE FROM tag WHERE owner_id = old.id;
END;

CREATE TRIGGER enhanced_snapshot_untagged AFTER DELETE ON enhanced_snapshot BEGIN
    DELETE FROM tag WHERE owner_id = old.id;
END;

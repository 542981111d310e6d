-- What a kobel of schema version 8 left: `old` runs, with tags, a customer's key and two snapshots; `plainkey` is READY.
BEGIN TRANSACTION;
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
INSERT INTO "app" VALUES('1a22971ea8c00001','000000000000','us-east-1','old','RUNNING',1,1,'RESTORE_FROM_LATEST_SNAPSHOT','',0,'/data/apps/1a22971ea8c00001/checkpoints/1399233c0fb431be1997360dfec063d0/chk-11',2,1795991661196,1795991661196,'',0,0,0);
INSERT INTO "app" VALUES('1a229723a5700002','000000000000','us-east-1','plainkey','READY',1,1,NULL,'',0,'',1,1795991681623,1795991681623,'',0,0,0);
CREATE TABLE app_count (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    status  TEXT NOT NULL,
    apps    INTEGER NOT NULL,
    PRIMARY KEY (account, region, status)
) STRICT, WITHOUT ROWID;
INSERT INTO "app_count" VALUES('000000000000','us-east-1','READY',1);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','RUNNING',1);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','STARTING',0);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','STOPPING',0);
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
INSERT INTO "app_version" VALUES('1a22971ea8c00001',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":1000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"CUSTOMER_MANAGED_KEY","KeyId":"arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"old"}}]},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"e8d27f9f3fbb5fbea4a1f55058b5477e","CodeSize":53178,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"old.jar"}}}},"CloudWatchLoggingOptionDescriptions":[]}','bb2b70958ee462fe0fac9d40ceeebb71a193fa100719b80ca6f5145e2a1711bc','48aec4bd043d20d92f877ecd30c74134',1795991661196,0,0,0,0);
INSERT INTO "app_version" VALUES('1a229723a5700002',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":1000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"b"}}]},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"e8d27f9f3fbb5fbea4a1f55058b5477e","CodeSize":53178,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"plainkey.jar"}}}},"CloudWatchLoggingOptionDescriptions":[]}','bb2b70958ee462fe0fac9d40ceeebb71a193fa100719b80ca6f5145e2a1711bc','f187277059e8488bab290043ba7e85d6',1795991681623,0,0,0,0);
CREATE TABLE deleted_snapshot (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id     TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    location   TEXT NOT NULL
) STRICT;
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    detail   TEXT NOT NULL,             -- a JSON object, by kind
    ordinal  INTEGER NOT NULL DEFAULT 0 -- among the rows of its application, which are trimmed by it
) STRICT;
INSERT INTO "event" VALUES(1,'1a22971ea8c00001',1795991661216,'status','STARTING: StartApplication','{"from":"READY","to":"STARTING","version":1}',1);
INSERT INTO "event" VALUES(2,'1a22971ea8c00001',1795991661216,'move','PREPARE of a START','{"cluster":"1a22971ea8c00001-1","move":"START","phase":"PREPARE","elapsedMs":0}',2);
INSERT INTO "event" VALUES(3,'1a22971ea8c00001',1795991669039,'move','SUBMIT of a START','{"job":"5450312e3ff298feeb7d107e1f4d3d70","restoredFrom":"","cluster":"1a22971ea8c00001-1","move":"START","phase":"SUBMIT","elapsedMs":7823}',3);
CREATE TABLE job_origin (
    app_id        TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    job_id        TEXT NOT NULL,
    location      TEXT NOT NULL,
    origin_job_id TEXT NOT NULL, -- of a checkpoint
    PRIMARY KEY (app_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE metric (
    app_id  TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms   INTEGER NOT NULL, -- the beginning of the minute
    figures TEXT NOT NULL,    -- a JSON object: controller/scaling/metric_minute.h
    PRIMARY KEY (app_id, at_ms)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "operation" VALUES(1,'1a22971ea8c00001','J5wtMsO7101e','StartApplication','SUCCESSFUL',1795991661216,1795991670211,0,0,'','');
INSERT INTO "operation" VALUES(2,'1a22971ea8c00001','a2D4njFtcGtC','StopApplication','SUCCESSFUL',1795991671111,1795991671432,0,0,'','');
INSERT INTO "operation" VALUES(3,'1a22971ea8c00001','gCITv4b08w7x','StartApplication','SUCCESSFUL',1795991671471,1795991681501,0,0,'','');
INSERT INTO "operation" VALUES(4,'1a229723a5700002','eYnfJli4R7JA','StartApplication','SUCCESSFUL',1795991681627,1795991688653,0,0,'','');
INSERT INTO "operation" VALUES(5,'1a229723a5700002','jUzfrwHry4Sl','StopApplication','SUCCESSFUL',1795991688760,1795991689582,0,0,'','');
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
INSERT INTO "placement" VALUES('1a22971ea8c00001','CURRENT','UP','1a22971ea8c00001-2','1399233c0fb431be1997360dfec063d0',1,1,'/data/apps/1a22971ea8c00001/snapshots/STOPAPPLICATION-old-1795991671111/41079f725dd77927d9e0e43425b9f7a2/savepoint-545031-00025cebf21a',0,0,0,'SNAPSHOT','',1795991681501);
CREATE TABLE scaling (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    moves    INTEGER NOT NULL,          -- 1: a move was begun
    body     TEXT NOT NULL,             -- a JSON object: controller/scaling/scaling_record.h
    ordinal  INTEGER NOT NULL DEFAULT 0 -- as that of an event
) STRICT;
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
    UNIQUE (app_id, name)
) STRICT;
INSERT INTO "snapshot" VALUES(1,'1a22971ea8c00001','by-hand','READY',0,1,'FLINK-1_20','e19a5533f912c8af38e35d4eeba51b77','/data/apps/1a22971ea8c00001/snapshots/by-hand/e19a5533f912c8af38e35d4eeba51b77/savepoint-545031-dd1f03077a03',1795991670387,'','',0,0);
INSERT INTO "snapshot" VALUES(2,'1a22971ea8c00001','STOPAPPLICATION-old-1795991671111','READY',1,1,'FLINK-1_20','41079f725dd77927d9e0e43425b9f7a2','/data/apps/1a22971ea8c00001/snapshots/STOPAPPLICATION-old-1795991671111/41079f725dd77927d9e0e43425b9f7a2/savepoint-545031-00025cebf21a',1795991671112,'','',0,0);
INSERT INTO "snapshot" VALUES(3,'1a229723a5700002','STOPAPPLICATION-plainkey-1795991688760','READY',1,1,'FLINK-1_20','5e45050313acc9511d3f71e9d5593d3b','/data/apps/1a229723a5700002/snapshots/STOPAPPLICATION-plainkey-1795991688760/5e45050313acc9511d3f71e9d5593d3b/savepoint-6180ac-ae1d10f9a4a0',1795991688836,'','',0,0);
CREATE TABLE tag (
    app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (app_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "tag" VALUES('1a22971ea8c00001','team','x');
CREATE INDEX app_version_by_code ON app_version (code_sha256) WHERE code_sha256 <> '';
CREATE INDEX snapshot_by_app ON snapshot (app_id, sequence);
CREATE INDEX snapshot_by_status ON snapshot (app_id, status, sequence);
CREATE INDEX snapshot_by_job ON snapshot (app_id, job_id) WHERE job_id <> '';
CREATE INDEX deleted_snapshot_by_app ON deleted_snapshot (app_id, sequence);
CREATE INDEX operation_by_app ON operation (app_id, sequence);
CREATE INDEX event_by_app ON event (app_id, sequence);
CREATE INDEX scaling_by_app ON scaling (app_id, sequence);
CREATE INDEX scaling_by_move ON scaling (app_id, sequence) WHERE moves = 1;
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',31);
INSERT INTO "sqlite_sequence" VALUES('operation',5);
INSERT INTO "sqlite_sequence" VALUES('scaling',2);
INSERT INTO "sqlite_sequence" VALUES('snapshot',3);
PRAGMA user_version = 8;
COMMIT;

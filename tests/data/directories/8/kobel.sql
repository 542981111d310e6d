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
INSERT INTO "app" VALUES('1a22b936d5300001','000000000000','us-east-1','stopped','READY',2,1,NULL,'',0,'',2,1796027411795,1796027435431,'',0,0,0);
INSERT INTO "app" VALUES('1a22b9421d900002','000000000000','us-east-1','running','RUNNING',1,1,'RESTORE_FROM_LATEST_SNAPSHOT','',0,'',1,1796027458009,1796027458009,'',0,0,0);
INSERT INTO "app" VALUES('1a22b94a07000003','000000000000','us-east-1','updated','UPDATING',2,1,'RESTORE_FROM_LATEST_SNAPSHOT','',0,'',2,1796027490416,1796027509899,'',0,0,0);
INSERT INTO "app" VALUES('1a22b94ec7700004','000000000000','us-east-1','empty','READY',1,1,NULL,NULL,0,'',0,1796027509879,1796027509879,'',0,0,0);
CREATE TABLE app_count (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    status  TEXT NOT NULL,
    apps    INTEGER NOT NULL,
    PRIMARY KEY (account, region, status)
) STRICT, WITHOUT ROWID;
INSERT INTO "app_count" VALUES('000000000000','us-east-1','READY',2);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','RUNNING',1);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','STARTING',0);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','STOPPING',0);
INSERT INTO "app_count" VALUES('000000000000','us-east-1','UPDATING',1);
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
INSERT INTO "app_version" VALUES('1a22b936d5300001',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":86400000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"first"}}]},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"f4da3e9501695c2fe5752805af01f4fe","CodeSize":3590,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"stopped.jar"}}}},"CloudWatchLoggingOptionDescriptions":[]}','c543c84ffe6185c847b43990861d49c25218df0d3b7489bab68437c56b23734b','ea7e2de57bf66d1f0bcfce4c4d9bfe51',1796027411795,0,0,0,0);
INSERT INTO "app_version" VALUES('1a22b936d5300001',2,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":86400000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"f4da3e9501695c2fe5752805af01f4fe","CodeSize":3590,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"stopped.jar"}}},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"second"}}]}},"CloudWatchLoggingOptionDescriptions":[]}','c543c84ffe6185c847b43990861d49c25218df0d3b7489bab68437c56b23734b','102eafbaa0043f1a2bb259b75dfc5443',1796027435431,1,0,0,0);
INSERT INTO "app_version" VALUES('1a22b9421d900002',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":86400000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"running"}}]},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"f4da3e9501695c2fe5752805af01f4fe","CodeSize":3590,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"running.jar"}}}},"CloudWatchLoggingOptionDescriptions":[]}','c543c84ffe6185c847b43990861d49c25218df0d3b7489bab68437c56b23734b','b976c34d1af1e43f93b29ae6676a4c95',1796027458009,0,0,0,0);
INSERT INTO "app_version" VALUES('1a22b94a07000003',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":86400000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"old"}}]},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"f4da3e9501695c2fe5752805af01f4fe","CodeSize":3590,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"updated.jar"}}}},"CloudWatchLoggingOptionDescriptions":[]}','c543c84ffe6185c847b43990861d49c25218df0d3b7489bab68437c56b23734b','b8d1f45aabe41c797463a24b1d18cdfe',1796027490416,0,0,0,0);
INSERT INTO "app_version" VALUES('1a22b94a07000003',2,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":86400000,"MinPauseBetweenCheckpoints":100},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"},"ApplicationCodeConfigurationDescription":{"CodeContentType":"ZIPFILE","CodeContentDescription":{"CodeMD5":"f4da3e9501695c2fe5752805af01f4fe","CodeSize":3590,"S3ApplicationCodeLocationDescription":{"BucketARN":"arn:aws:s3:::code","FileKey":"updated.jar"}}},"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"job","PropertyMap":{"label":"new"}}]}},"CloudWatchLoggingOptionDescriptions":[]}','c543c84ffe6185c847b43990861d49c25218df0d3b7489bab68437c56b23734b','a814f12b0c2eff63a4caa4ee2a71b968',1796027509899,1,0,0,0);
INSERT INTO "app_version" VALUES('1a22b94ec7700004',1,'FLINK-1_20','{"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::000000000000:role/test","ApplicationMode":"STREAMING","ApplicationConfigurationDescription":{"FlinkApplicationConfigurationDescription":{"CheckpointConfigurationDescription":{"ConfigurationType":"DEFAULT","CheckpointingEnabled":true,"CheckpointInterval":60000,"MinPauseBetweenCheckpoints":5000},"MonitoringConfigurationDescription":{"ConfigurationType":"DEFAULT","MetricsLevel":"APPLICATION","LogLevel":"INFO"},"ParallelismConfigurationDescription":{"ConfigurationType":"DEFAULT","Parallelism":1,"ParallelismPerKPU":1,"AutoScalingEnabled":true}},"ApplicationSnapshotConfigurationDescription":{"SnapshotsEnabled":true},"ApplicationSystemRollbackConfigurationDescription":{"RollbackEnabled":false},"ApplicationEncryptionConfigurationDescription":{"KeyType":"AWS_OWNED_KEY"}},"CloudWatchLoggingOptionDescriptions":[]}','','e5ab13fab40b20aa0d9662db9bac074b',1796027509879,0,0,0,0);
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
INSERT INTO "event" VALUES(1,'1a22b936d5300001',1796027411809,'status','STARTING: StartApplication','{"from":"READY","to":"STARTING","version":1}',1);
INSERT INTO "event" VALUES(2,'1a22b936d5300001',1796027411812,'move','PREPARE of a START','{"cluster":"1a22b936d5300001-1","move":"START","phase":"PREPARE","elapsedMs":3}',2);
INSERT INTO "event" VALUES(3,'1a22b936d5300001',1796027429582,'move','SUBMIT of a START','{"job":"c951ba64cdc1fa988e26025dd7291559","restoredFrom":"","cluster":"1a22b936d5300001-1","move":"START","phase":"SUBMIT","elapsedMs":17773}',3);
INSERT INTO "event" VALUES(4,'1a22b936d5300001',1796027433324,'move','up of a START','{"move":"START","phase":"up","elapsedMs":21515}',4);
INSERT INTO "event" VALUES(5,'1a22b936d5300001',1796027433330,'status','RUNNING: every vertex is RUNNING','{"from":"STARTING","to":"RUNNING","version":1}',5);
INSERT INTO "event" VALUES(6,'1a22b936d5300001',1796027433445,'snapshot','snapshot by-hand is CREATING','{"snapshot":"by-hand","status":"CREATING"}',6);
INSERT INTO "event" VALUES(7,'1a22b936d5300001',1796027435367,'snapshot','snapshot by-hand is READY','{"snapshot":"by-hand","status":"READY"}',7);
INSERT INTO "event" VALUES(8,'1a22b936d5300001',1796027435431,'status','UPDATING: UpdateApplication','{"from":"RUNNING","to":"UPDATING","version":2}',8);
INSERT INTO "event" VALUES(9,'1a22b936d5300001',1796027435439,'move','PREPARE of a UPDATE','{"cluster":"1a22b936d5300001-2","move":"UPDATE","phase":"PREPARE","elapsedMs":8}',9);
INSERT INTO "event" VALUES(10,'1a22b936d5300001',1796027453691,'move','HALT of a UPDATE','{"move":"UPDATE","phase":"HALT","elapsedMs":18260}',10);
INSERT INTO "event" VALUES(11,'1a22b936d5300001',1796027453691,'snapshot','snapshot UPDATEAPPLICATION-stopped-1796027435431 is CREATING','{"snapshot":"UPDATEAPPLICATION-stopped-1796027435431","status":"CREATING"}',11);
INSERT INTO "event" VALUES(12,'1a22b936d5300001',1796027454552,'snapshot','snapshot UPDATEAPPLICATION-stopped-1796027435431 is READY: the old job stopped with it','{"snapshot":"UPDATEAPPLICATION-stopped-1796027435431","status":"READY"}',12);
INSERT INTO "event" VALUES(13,'1a22b936d5300001',1796027454553,'move','SUBMIT of a UPDATE','{"job":"2ac984ef7300af1a3107d7e8a5e4b6ed","restoredFrom":"@DATA@/apps/1a22b936d5300001/snapshots/UPDATEAPPLICATION-stopped-1796027435431/a7871725979d81caa426912db40f5c92/savepoint-c951ba-3b10a62002ab","cluster":"1a22b936d5300001-2","move":"UPDATE","phase":"SUBMIT","elapsedMs":19122}',13);
INSERT INTO "event" VALUES(14,'1a22b936d5300001',1796027456018,'move','up of a UPDATE','{"move":"UPDATE","phase":"up","elapsedMs":20587}',14);
INSERT INTO "event" VALUES(15,'1a22b936d5300001',1796027456018,'status','RUNNING: every vertex is RUNNING','{"from":"UPDATING","to":"RUNNING","version":2}',15);
INSERT INTO "event" VALUES(16,'1a22b936d5300001',1796027456224,'status','STOPPING: StopApplication','{"from":"RUNNING","to":"STOPPING","version":2}',16);
INSERT INTO "event" VALUES(17,'1a22b936d5300001',1796027456228,'move','HALT of a STOP','{"move":"STOP","phase":"HALT","elapsedMs":4}',17);
INSERT INTO "event" VALUES(18,'1a22b936d5300001',1796027456228,'snapshot','snapshot STOPAPPLICATION-stopped-1796027456224 is CREATING','{"snapshot":"STOPAPPLICATION-stopped-1796027456224","status":"CREATING"}',18);
INSERT INTO "event" VALUES(19,'1a22b936d5300001',1796027457923,'snapshot','snapshot STOPAPPLICATION-stopped-1796027456224 is READY: the old job stopped with it','{"snapshot":"STOPAPPLICATION-stopped-1796027456224","status":"READY"}',19);
INSERT INTO "event" VALUES(20,'1a22b936d5300001',1796027457946,'move','halted of a STOP','{"move":"STOP","phase":"halted","elapsedMs":1722}',20);
INSERT INTO "event" VALUES(21,'1a22b936d5300001',1796027457946,'status','READY: the job is stopped','{"from":"STOPPING","to":"READY","version":2}',21);
INSERT INTO "event" VALUES(22,'1a22b936d5300001',1796027457949,'retention','checkpoints of 2 earlier jobs were removed: nothing runs, and no snapshot refers to them','{"jobs":2,"reason":"nothing runs, and no snapshot refers to them"}',22);
INSERT INTO "event" VALUES(23,'1a22b9421d900002',1796027458014,'status','STARTING: StartApplication','{"from":"READY","to":"STARTING","version":1}',1);
INSERT INTO "event" VALUES(24,'1a22b9421d900002',1796027458014,'move','PREPARE of a START','{"cluster":"1a22b9421d900002-1","move":"START","phase":"PREPARE","elapsedMs":0}',2);
INSERT INTO "event" VALUES(25,'1a22b9421d900002',1796027483773,'move','SUBMIT of a START','{"job":"2810cc3a70ee74c5e09ef9a3aed11028","restoredFrom":"","cluster":"1a22b9421d900002-1","move":"START","phase":"SUBMIT","elapsedMs":25759}',3);
INSERT INTO "event" VALUES(26,'1a22b9421d900002',1796027489086,'move','up of a START','{"move":"START","phase":"up","elapsedMs":31072}',4);
INSERT INTO "event" VALUES(27,'1a22b9421d900002',1796027489086,'status','RUNNING: every vertex is RUNNING','{"from":"STARTING","to":"RUNNING","version":1}',5);
INSERT INTO "event" VALUES(28,'1a22b9421d900002',1796027489167,'snapshot','snapshot middle is CREATING','{"snapshot":"middle","status":"CREATING"}',6);
INSERT INTO "event" VALUES(29,'1a22b9421d900002',1796027490355,'snapshot','snapshot middle is READY','{"snapshot":"middle","status":"READY"}',7);
INSERT INTO "event" VALUES(30,'1a22b94a07000003',1796027490423,'status','STARTING: StartApplication','{"from":"READY","to":"STARTING","version":1}',1);
INSERT INTO "event" VALUES(31,'1a22b94a07000003',1796027490423,'move','PREPARE of a START','{"cluster":"1a22b94a07000003-1","move":"START","phase":"PREPARE","elapsedMs":0}',2);
INSERT INTO "event" VALUES(32,'1a22b94a07000003',1796027503889,'move','SUBMIT of a START','{"job":"226fb0dda8869e597387cc63d9b69821","restoredFrom":"","cluster":"1a22b94a07000003-1","move":"START","phase":"SUBMIT","elapsedMs":13466}',3);
INSERT INTO "event" VALUES(33,'1a22b94a07000003',1796027509029,'move','up of a START','{"move":"START","phase":"up","elapsedMs":18606}',4);
INSERT INTO "event" VALUES(34,'1a22b94a07000003',1796027509029,'status','RUNNING: every vertex is RUNNING','{"from":"STARTING","to":"RUNNING","version":1}',5);
INSERT INTO "event" VALUES(35,'1a22b94a07000003',1796027509129,'snapshot','snapshot before is CREATING','{"snapshot":"before","status":"CREATING"}',6);
INSERT INTO "event" VALUES(36,'1a22b94a07000003',1796027509823,'snapshot','snapshot before is READY','{"snapshot":"before","status":"READY"}',7);
INSERT INTO "event" VALUES(37,'1a22b94a07000003',1796027509899,'status','UPDATING: UpdateApplication','{"from":"RUNNING","to":"UPDATING","version":2}',8);
INSERT INTO "event" VALUES(38,'1a22b94a07000003',1796027509899,'move','PREPARE of a UPDATE','{"cluster":"1a22b94a07000003-2","move":"UPDATE","phase":"PREPARE","elapsedMs":0}',9);
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
INSERT INTO "metric" VALUES('1a22b936d5300001',1796027400000,'{"app":{"KPUs":2.0,"containerMemoryUtilization":40.19775390625,"heapMemoryUtilization":15.512543238373317,"oldGenerationGCCount":2.0,"oldGenerationGCTime":361.0,"threadsCount":49.0,"uptime":2486.0,"downtime":0.0,"fullRestarts":0.0,"numRestarts":0.0,"numberOfFailedCheckpoints":0.0,"numberOfCompletedCheckpoints":0.0,"numRecordsIn":0.0,"numRecordsOut":0.0},"tasks":{"Source: Sequence Source -> Map":{"numRecordsIn":0.0,"numRecordsOut":0.0,"parallelism":1.0},"KeyedProcess -> Sink: Print to Std. Out":{"numRecordsIn":0.0,"numRecordsOut":0.0,"parallelism":1.0}}}');
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
INSERT INTO "move" VALUES('1a22b94a07000003','UPDATE','rknrPNQMCC3m',1,'UPDATEAPPLICATION-updated-1796027509899','',1,0,1,'',1796027509899);
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
INSERT INTO "operation" VALUES(1,'1a22b936d5300001','HUJxoeGQnKOs','StartApplication','SUCCESSFUL',1796027411809,1796027433330,0,0,'','');
INSERT INTO "operation" VALUES(2,'1a22b936d5300001','8L0bVLTVHMOz','UpdateApplication','SUCCESSFUL',1796027435431,1796027456018,1,2,'','');
INSERT INTO "operation" VALUES(3,'1a22b936d5300001','ESZfuyt6FB5n','StopApplication','SUCCESSFUL',1796027456224,1796027457946,0,0,'','');
INSERT INTO "operation" VALUES(4,'1a22b9421d900002','pml2iXdbwmzP','StartApplication','SUCCESSFUL',1796027458014,1796027489086,0,0,'','');
INSERT INTO "operation" VALUES(5,'1a22b94a07000003','xMc975dwL4ZZ','StartApplication','SUCCESSFUL',1796027490423,1796027509029,0,0,'','');
INSERT INTO "operation" VALUES(6,'1a22b94a07000003','rknrPNQMCC3m','UpdateApplication','IN_PROGRESS',1796027509899,0,1,2,'','');
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
INSERT INTO "placement" VALUES('1a22b9421d900002','CURRENT','UP','1a22b9421d900002-1','2810cc3a70ee74c5e09ef9a3aed11028',1,1,'@DATA@/apps/1a22b9421d900002/snapshots/middle/82ff5b0f47c1a37e2c49884bbd705ab4/savepoint-2810cc-2fa49ad683dd',0,0,0,'SNAPSHOT','',1796027489086);
INSERT INTO "placement" VALUES('1a22b94a07000003','CURRENT','UP','1a22b94a07000003-1','226fb0dda8869e597387cc63d9b69821',1,1,'@DATA@/apps/1a22b94a07000003/snapshots/before/fea062d891ccb277a13b7cfa4544c91f/savepoint-226fb0-451e45ac6016',0,0,0,'SNAPSHOT','',1796027509029);
INSERT INTO "placement" VALUES('1a22b94a07000003','NEXT','LAUNCHED','1a22b94a07000003-2','',2,1,'',0,0,0,'EMPTY','',0);
CREATE TABLE scaling (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id   TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    moves    INTEGER NOT NULL,          -- 1: a move was begun
    body     TEXT NOT NULL,             -- a JSON object: controller/scaling/scaling_record.h
    ordinal  INTEGER NOT NULL DEFAULT 0 -- as that of an event
) STRICT;
INSERT INTO "scaling" VALUES(1,'1a22b936d5300001',1796027434061,0,'{"atMs":1796027434061,"policy":"throughput","reason":"settling","moves":false,"currentParallelism":1,"wantedParallelism":1,"demandPerSecond":0.0,"capacityPerSecond":0.0,"utilization":0.0,"text":"parallelism stays 1: the last move was a moment ago; the next evaluation is in 90 s","inputs":{"tasks":[]}}',1);
INSERT INTO "scaling" VALUES(2,'1a22b9421d900002',1796027489755,0,'{"atMs":1796027489755,"policy":"throughput","reason":"settling","moves":false,"currentParallelism":1,"wantedParallelism":1,"demandPerSecond":0.0,"capacityPerSecond":0.0,"utilization":0.0,"text":"parallelism stays 1: the last move was a moment ago; the next evaluation is in 90 s","inputs":{"tasks":[]}}',1);
INSERT INTO "scaling" VALUES(3,'1a22b9421d900002',1796027499385,0,'{"atMs":1796027499385,"policy":"throughput","reason":"settling","moves":false,"currentParallelism":1,"wantedParallelism":1,"demandPerSecond":0.0,"capacityPerSecond":0.0,"utilization":0.0,"text":"parallelism stays 1: the last move was a moment ago; the next evaluation is in 80 s","inputs":{"cpuMaxRatio":0.07970536755612681,"tasks":[{"name":"Source: Sequence Source -> Map","parallelism":1,"inPerSecond":0.0,"outPerSecond":58.803102210904036,"busyRatio":1.0,"backpressuredRatio":0.0},{"name":"KeyedProcess -> Sink: Print to Std. Out","parallelism":1,"inPerSecond":58.803102210904036,"outPerSecond":0.0,"busyRatio":0.20465331635605974,"backpressuredRatio":0.0}]}}',2);
INSERT INTO "scaling" VALUES(4,'1a22b94a07000003',1796027509585,0,'{"atMs":1796027509585,"policy":"throughput","reason":"settling","moves":false,"currentParallelism":1,"wantedParallelism":1,"demandPerSecond":0.0,"capacityPerSecond":0.0,"utilization":0.0,"text":"parallelism stays 1: the last move was a moment ago; the next evaluation is in 90 s","inputs":{"tasks":[]}}',1);
INSERT INTO "scaling" VALUES(5,'1a22b9421d900002',1796027509645,0,'{"atMs":1796027509645,"policy":"throughput","reason":"settling","moves":false,"currentParallelism":1,"wantedParallelism":1,"demandPerSecond":0.0,"capacityPerSecond":0.0,"utilization":0.0,"text":"parallelism stays 1: the last move was a moment ago; the next evaluation is in 70 s","inputs":{"cpuMaxRatio":0.059423506263529803,"tasks":[{"name":"Source: Sequence Source -> Map","parallelism":1,"inPerSecond":0.0,"outPerSecond":79.823656317418624,"busyRatio":1.0,"backpressuredRatio":0.0},{"name":"KeyedProcess -> Sink: Print to Std. Out","parallelism":1,"inPerSecond":79.823656317418624,"outPerSecond":0.0,"busyRatio":0.059938092111434201,"backpressuredRatio":0.0}]}}',3);
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
INSERT INTO "snapshot" VALUES(1,'1a22b936d5300001','by-hand','READY',0,1,'FLINK-1_20','c5228aaa68ba1db0fc265c5dd6fefb78','@DATA@/apps/1a22b936d5300001/snapshots/by-hand/c5228aaa68ba1db0fc265c5dd6fefb78/savepoint-c951ba-7947ba29a905',1796027433445,'','',0,0);
INSERT INTO "snapshot" VALUES(2,'1a22b936d5300001','UPDATEAPPLICATION-stopped-1796027435431','READY',1,1,'FLINK-1_20','a7871725979d81caa426912db40f5c92','@DATA@/apps/1a22b936d5300001/snapshots/UPDATEAPPLICATION-stopped-1796027435431/a7871725979d81caa426912db40f5c92/savepoint-c951ba-3b10a62002ab',1796027453691,'','',0,0);
INSERT INTO "snapshot" VALUES(3,'1a22b936d5300001','STOPAPPLICATION-stopped-1796027456224','READY',1,2,'FLINK-1_20','95b1a673c0040538b819049bd18afded','@DATA@/apps/1a22b936d5300001/snapshots/STOPAPPLICATION-stopped-1796027456224/95b1a673c0040538b819049bd18afded/savepoint-2ac984-9e1f2ab9d05d',1796027456228,'','',0,0);
INSERT INTO "snapshot" VALUES(4,'1a22b9421d900002','middle','READY',0,1,'FLINK-1_20','82ff5b0f47c1a37e2c49884bbd705ab4','@DATA@/apps/1a22b9421d900002/snapshots/middle/82ff5b0f47c1a37e2c49884bbd705ab4/savepoint-2810cc-2fa49ad683dd',1796027489167,'','',0,0);
INSERT INTO "snapshot" VALUES(5,'1a22b94a07000003','before','READY',0,1,'FLINK-1_20','fea062d891ccb277a13b7cfa4544c91f','@DATA@/apps/1a22b94a07000003/snapshots/before/fea062d891ccb277a13b7cfa4544c91f/savepoint-226fb0-451e45ac6016',1796027509129,'','',0,0);
CREATE TABLE tag (
    app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (app_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "tag" VALUES('1a22b936d5300001','team','orders');
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
INSERT INTO "sqlite_sequence" VALUES('event',38);
INSERT INTO "sqlite_sequence" VALUES('operation',6);
INSERT INTO "sqlite_sequence" VALUES('snapshot',5);
INSERT INTO "sqlite_sequence" VALUES('scaling',5);
COMMIT;
PRAGMA user_version = 8;

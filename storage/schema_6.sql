-- Version 6: where the state of a job came from is recorded, not read from the form of its path; a kept checkpoint can be a snapshot.
ALTER TABLE placement ADD COLUMN restore_origin TEXT NOT NULL DEFAULT 'EMPTY';
ALTER TABLE placement ADD COLUMN restore_job_id TEXT NOT NULL DEFAULT '';
UPDATE placement SET restore_origin = 'SNAPSHOT' WHERE restore_path <> '';
-- ".../checkpoints/<32 hex digits>/chk-<number>"
UPDATE placement SET restore_origin = 'CHECKPOINT', restore_job_id = substr(rtrim(restore_path, '0123456789'), -37, 32)
    WHERE rtrim(restore_path, '0123456789') GLOB '*/chk-';

-- move.takes_snapshot is an enum halt_kind now: 0 and 1 are what they were.

ALTER TABLE snapshot ADD COLUMN job_id TEXT NOT NULL DEFAULT ''; -- of a checkpoint that is kept; '' = a savepoint
ALTER TABLE snapshot ADD COLUMN after_checkpoint TEXT NOT NULL DEFAULT ''; -- the newest one of the job when it was asked for
ALTER TABLE snapshot ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshot ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX snapshot_by_job ON snapshot (app_id, job_id) WHERE job_id <> '';

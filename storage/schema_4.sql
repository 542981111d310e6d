-- Version 4: what was measured of running jobs, and what the autoscaler made of it.
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
    moves    INTEGER NOT NULL, -- 1: a move was begun
    body     TEXT NOT NULL     -- a JSON object: controller/scaling/scaling_record.h
) STRICT;

CREATE INDEX scaling_by_app ON scaling (app_id, sequence);
CREATE INDEX scaling_by_move ON scaling (app_id, sequence) WHERE moves = 1;

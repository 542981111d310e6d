-- Version 5: the number of a row among those of its application, and how many applications there are.

-- Tables are trimmed by this number: `sequence` is shared by all applications and tells nothing about one of them.
ALTER TABLE event ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scaling ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0;

-- Kept by the triggers below, so that no limit and no status has to count all applications.
CREATE TABLE app_count (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    status  TEXT NOT NULL,
    apps    INTEGER NOT NULL,
    PRIMARY KEY (account, region, status)
) STRICT, WITHOUT ROWID;

INSERT INTO app_count SELECT account, region, status, count(*) FROM app GROUP BY account, region, status;

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

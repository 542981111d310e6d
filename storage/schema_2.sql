-- Version 2: the maintenance window that UpdateApplicationMaintenanceConfiguration set, and a smaller index.
ALTER TABLE app ADD COLUMN maintenance_start TEXT NOT NULL DEFAULT ''; -- "HH:MM" UTC; '' = that of the Region

-- Only versions that have code are ever looked for by it.
DROP INDEX app_version_by_code;
CREATE INDEX app_version_by_code ON app_version (code_sha256) WHERE code_sha256 <> '';

-- Version 2: the maintenance window that UpdateApplicationMaintenanceConfiguration set.
ALTER TABLE app ADD COLUMN maintenance_start TEXT NOT NULL DEFAULT ''; -- "HH:MM" UTC; '' = that of the Region

// The schema and its versions.
#pragma once

#include "storage/db.h"

// Creates the tables, or brings those of an earlier version to this one's, in one transaction.
// ERROR_UNAVAILABLE: the database was made by a newer kobel.
MUST_CHECK bool db_schema_migrate(struct db *db, struct error *err);

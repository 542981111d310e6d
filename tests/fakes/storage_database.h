// A new database for a test of the stores.
#pragma once

#include "model/app.h"
#include "storage/db.h"

#define STORAGE_SCOPE                                                                              \
    { .account = "000000000000", .region = "us-east-1" }

// Opens it in a new directory; `out_path` is its file. A failure fails the running test.
struct db *storage_database_open(char out_path[static 96]);
// Removes the directory too.
void storage_database_close(struct db *db);
// An application with one version.
struct app storage_database_add_app(struct db *db, const char *id, const char *name);

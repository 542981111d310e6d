// One SQLite connection, its transactions and its batches. SQL is in this room only.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct db;

// Opens or creates the database file, and migrates it (db_schema.h). ":memory:" is a separate
// database. ERROR_UNAVAILABLE: made by a newer kobel, not a database, or damaged.
MUST_CHECK bool db_open(const char *path, struct db **out_db, struct error *err);
void db_close(struct db *db);
DEFINE_AUTO(db_close, struct db *);

// A transaction that rolls back when its scope ends, unless db_commit() was reached:
//   AUTO(db_rollback) struct db_tx tx = {0};
//   if (!db_begin(db, &tx, err)) return false;
//   ...
//   return db_commit(&tx, err);
// They do not nest: to begin one while another is open aborts.
struct db_tx {
    struct db *db; // NULL: not open
};
MUST_CHECK bool db_begin(struct db *db, struct db_tx *tx, struct error *err);
MUST_CHECK bool db_commit(struct db_tx *tx, struct error *err);
void db_rollback(struct db_tx *tx);
DEFINE_AUTO_STRUCT(db_rollback, struct db_tx);

// Group commit: between db_batch_begin() and db_batch_end() transactions are nested in one outer
// transaction, so that many small writes cost one. db_batch_commit() makes it durable: no caller
// may report a write before. A transaction that fails rolls back its own writes, a commit that
// fails rolls back all of them.
void db_batch_begin(struct db *db);
bool db_batch_has_writes(const struct db *db);
// The batch continues, without writes.
MUST_CHECK bool db_batch_commit(struct db *db, struct error *err);
// Aborts where there are writes that were not committed.
void db_batch_end(struct db *db);

// Grows with every transaction that was not rolled back: the same number, the same content.
uint64_t db_generation(const struct db *db);

// Called before every commit. Where it returns false, the commit fails with ERROR_SYSTEM and rolls
// back. For torture tests.
typedef bool db_commit_hook(void *userdata);
void db_set_commit_hook(struct db *db, db_commit_hook *hook, void *userdata);

// For /readyz: can the database be written? Changes nothing.
MUST_CHECK bool db_check_writable(struct db *db, struct error *err);

// One SQLite connection: WAL, foreign keys, schema versions, and a guard for transactions. The only
// room with SQL.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct db;

// Opens or creates the database file and brings its schema to this program's version, in one
// transaction.
// ":memory:" is a database of its own. ERROR_UNAVAILABLE: made by a newer kobel, or no database, or
// damaged.
MUST_CHECK bool db_open(const char *path, struct db **out_db, struct error *err);
void db_close(struct db *db);
DEFINE_AUTO(db_close, struct db *);

// A transaction that rolls back when its scope ends, unless db_commit() was reached:
//   AUTO(db_rollback) struct db_tx tx = {0};
//   if (!db_begin(db, &tx, err)) return false;
//   ...
//   return db_commit(&tx, err);
// They do not nest: beginning one while another is open is a programming mistake.
struct db_tx {
    struct db *db; // NULL: not open
};
MUST_CHECK bool db_begin(struct db *db, struct db_tx *tx, struct error *err);
MUST_CHECK bool db_commit(struct db_tx *tx, struct error *err);
void db_rollback(struct db_tx *tx);
DEFINE_AUTO_STRUCT(db_rollback, struct db_tx);

// Group commit: between db_batch_begin() and db_batch_end() transactions are nested in one that
// db_batch_commit() makes durable, so that many small writes cost one. Nobody may be told of a
// write before that. A transaction that fails takes only its own writes back; a commit that fails
// takes all of them.
void db_batch_begin(struct db *db);
bool db_batch_has_writes(const struct db *db);
MUST_CHECK bool db_batch_commit(struct db *db, struct error *err); // the batch goes on, empty
void db_batch_end(struct db *db);                                  // it has to be empty

// Grows with every transaction that was not rolled back: the same number, the same content.
uint64_t db_generation(const struct db *db);

// Called before every commit; returning false makes the commit fail with ERROR_SYSTEM and roll
// back. For torture tests.
typedef bool db_commit_hook(void *userdata);
void db_set_commit_hook(struct db *db, db_commit_hook *hook, void *userdata);

// A probe for /readyz: can the database be written? Leaves no trace.
MUST_CHECK bool db_check_writable(struct db *db, struct error *err);

// --- for the stores of this room ---

// Statements are cached by their text (string literals); db_done() resets one for its next use.
MUST_CHECK bool db_prepare(struct db *db, const char *sql, sqlite3_stmt **out_stmt,
                           struct error *err);
void db_done(sqlite3_stmt *stmt);
DEFINE_AUTO(db_done, sqlite3_stmt *);
void db_bind_text(sqlite3_stmt *stmt, int index,
                  const char *text); // NULL binds NULL; the text must live until db_done()
void db_bind_int(sqlite3_stmt *stmt, int index, int64_t value);
// Steps a statement that returns no rows. ERROR_EXISTS: a uniqueness constraint refused it.
// ERROR_SYSTEM says when the disk is full.
MUST_CHECK bool db_run(struct db *db, sqlite3_stmt *stmt, struct error *err);
// Steps to the next row; *out_row is false at the end.
MUST_CHECK bool db_next(struct db *db, sqlite3_stmt *stmt, bool *out_row, struct error *err);
int64_t db_column_int(sqlite3_stmt *stmt, int column);
// NULL reads as "". False: it did not fit and was cut.
bool db_column_text(sqlite3_stmt *stmt, int column, char *out, size_t size_bytes);
// Rows that were written before texts were made valid (base/utf8.h) may hold what is not UTF-8: it
// is replaced. ERROR_INVALID: it is no JSON. The caller owns the result.
MUST_CHECK bool db_column_json(sqlite3_stmt *stmt, int column, json_t **out_value,
                               struct error *err);
// The same for what is only shown: "{}" where no object is stored, so that one damaged row does not
// make all the others unreadable. Never NULL; the caller owns it.
json_t *db_column_object(sqlite3_stmt *stmt, int column);
// Puts a text, "" for NULL, into an object.
void db_column_put(sqlite3_stmt *stmt, int column, json_t *object, const char *key);
int db_changes(struct db *db);      // rows changed by the last statement
int64_t db_last_row(struct db *db); // key of the last row added

// SQL statements, their parameters and rows: for the stores.
#pragma once

#include "base/json.h"
#include "storage/db.h"

#include <sqlite3.h>

// Statements are cached by their text (string literals); db_done() resets one for its next use.
MUST_CHECK bool db_prepare(struct db *db, const char *sql, sqlite3_stmt **out_stmt,
                           struct error *err);
void db_done(sqlite3_stmt *stmt);
DEFINE_AUTO(db_done, sqlite3_stmt *);
// NULL binds NULL. The text must live until db_done().
void db_bind_text(sqlite3_stmt *stmt, int index, const char *text);
void db_bind_int(sqlite3_stmt *stmt, int index, int64_t value);
// Steps a statement that returns no rows. ERROR_EXISTS: a uniqueness constraint refused it.
// ERROR_SYSTEM: among others, the disk is full.
MUST_CHECK bool db_run(struct db *db, sqlite3_stmt *stmt, struct error *err);
// Steps to the next row; *out_row is false at the end.
MUST_CHECK bool db_next(struct db *db, sqlite3_stmt *stmt, bool *out_row, struct error *err);
int64_t db_column_int(sqlite3_stmt *stmt, int column);
// NULL reads as "". False: it did not fit and was cut.
bool db_column_text(sqlite3_stmt *stmt, int column, char *out, size_t size_bytes);
// Old rows may hold text that is not UTF-8: it is replaced (base/utf8.h). ERROR_INVALID: it is not
// JSON. The caller owns the result.
MUST_CHECK bool db_column_json(sqlite3_stmt *stmt, int column, json_t **out_value,
                               struct error *err);
// The same for what is only shown: {} where no object is stored, so that one damaged row does not
// make all others unreadable. Never NULL; the caller owns it.
json_t *db_column_object(sqlite3_stmt *stmt, int column);
// Puts a text into an object, "" for NULL.
void db_column_put(sqlite3_stmt *stmt, int column, json_t *object, const char *key);
// Rows that the last statement changed.
int db_changes(struct db *db);
// Key of the last row that was added.
int64_t db_last_row(struct db *db);

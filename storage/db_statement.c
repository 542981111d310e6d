#include "storage/db_statement.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "storage/db_parts.h"

#include <string.h>

static void remember(struct db *db, const char *sql, sqlite3_stmt *stmt) {
    if (db->statement_count == db->statement_capacity) {
        db->statement_capacity = db->statement_capacity == 0 ? 32 : 2 * db->statement_capacity;
        db->statements =
            memory_resize(db->statements, db->statement_capacity * sizeof *db->statements);
    }
    db->statements[db->statement_count++] = (struct cached_statement){.sql = sql, .stmt = stmt};
}

bool db_prepare(struct db *db, const char *sql, sqlite3_stmt **out_stmt, struct error *err) {
    sqlite3_stmt *stmt = NULL;

    for (size_t index = 0; index < db->statement_count; index++) {
        if (db->statements[index].sql != sql) continue;
        *out_stmt = db->statements[index].stmt;
        return true;
    }
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) return db_fail(db, code, err);
    remember(db, sql, stmt);
    *out_stmt = stmt;
    return true;
}

void db_done(sqlite3_stmt *stmt) {
    if (stmt == NULL) return;
    (void)sqlite3_reset(stmt);
    (void)sqlite3_clear_bindings(stmt);
}

void db_bind_text(sqlite3_stmt *stmt, int index, const char *text) {
    (void)sqlite3_bind_text(stmt, index, text, -1, SQLITE_STATIC);
}

void db_bind_int(sqlite3_stmt *stmt, int index, int64_t value) {
    (void)sqlite3_bind_int64(stmt, index, value);
}

bool db_run(struct db *db, sqlite3_stmt *stmt, struct error *err) {
    int code = sqlite3_step(stmt);

    return code == SQLITE_DONE || code == SQLITE_ROW || db_fail(db, code, err);
}

bool db_next(struct db *db, sqlite3_stmt *stmt, bool *out_row, struct error *err) {
    int code = sqlite3_step(stmt);

    if (code != SQLITE_ROW && code != SQLITE_DONE) return db_fail(db, code, err);
    *out_row = code == SQLITE_ROW;
    return true;
}

int64_t db_column_int(sqlite3_stmt *stmt, int column) {
    return sqlite3_column_int64(stmt, column);
}

bool db_column_text(sqlite3_stmt *stmt, int column, char *out, size_t size_bytes) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text_copy(out, size_bytes, text == NULL ? "" : text);
}

bool db_column_json(sqlite3_stmt *stmt, int column, json_t **out_value, struct error *err) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    if (text == NULL) return error_set(err, ERROR_INVALID, "not JSON");
    size_t length = strlen(text);
    if (text_is_utf8(text)) return json_parse(text, length, out_value, err);
    AUTO(memory_free) char *replaced = utf8_copy_new(text, length);
    return json_parse(replaced, strlen(replaced), out_value, err);
}

json_t *db_column_object(sqlite3_stmt *stmt, int column) {
    json_t *value = NULL;

    if (!db_column_json(stmt, column, &value, NULL)) return json_new_object();
    if (json_is_object(value)) return value;
    json_decref(value);
    return json_new_object();
}

void db_column_put(sqlite3_stmt *stmt, int column, json_t *object, const char *key) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    json_put_text(object, key, text == NULL ? "" : text);
}

int db_changes(struct db *db) {
    return sqlite3_changes(db->handle);
}

int64_t db_last_row(struct db *db) {
    return sqlite3_last_insert_rowid(db->handle);
}

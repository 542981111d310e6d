// The connection itself, for the files db*.c.
#pragma once

#include "storage/db.h"

#include <sqlite3.h>

struct cached_statement {
    const char *sql; // a literal: the address is the key
    sqlite3_stmt *stmt;
};

struct db {
    sqlite3 *handle;
    struct cached_statement *statements;
    size_t statement_count;
    size_t statement_capacity;
    bool in_transaction;
    bool is_batching;
    bool has_writes; // of the batch: its outer transaction is open
    uint64_t generation;
    db_commit_hook *hook;
    void *hook_userdata;
};

// Fills `err` with the reason of SQLite's result `code`, and returns false.
bool db_fail(struct db *db, int code, struct error *err);
// Runs statements that return no rows.
MUST_CHECK bool db_run_script(struct db *db, const char *sql, struct error *err);

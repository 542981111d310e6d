#include "storage/db_schema.h"

#include "base/text.h"
#include "storage/db_parts.h"
#include "storage/db_statement.h"

// The versions that have a script schema_<n>.sql, which makes version n of version n - 1. Scripts
// are only added, and schema.sql, which makes the newest version at once, is changed with each.
#define MIGRATIONS(each) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9)

// The texts are embedded by CMake, each ended by a 0 byte.
#define DECLARE(version) extern const char schema_##version##_sql[];
#define ADDRESS(version) schema_##version##_sql,
extern const char schema_sql[];
MIGRATIONS(DECLARE)
static const char *const migrations[] = {MIGRATIONS(ADDRESS)};

static bool read_schema_version(struct db *db, int64_t *out_version, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, "PRAGMA user_version", &stmt, err)) return false;
    if (!db_next(db, stmt, &row, err)) return false;
    *out_version = db_column_int(stmt, 0);
    return true;
}

bool db_schema_migrate(struct db *db, struct error *err) {
    int64_t newest = (int64_t)COUNT_OF(migrations) + 1;
    int64_t version;
    char pragma[64];

    if (!read_schema_version(db, &version, err)) return false;
    if (version > newest)
        return error_set(
            err, ERROR_UNAVAILABLE,
            "database: made by a newer kobel (schema version %lld, this one knows %lld). Use that "
            "kobel, or another data directory.",
            (long long)version, (long long)newest);
    if (version == newest) return true;

    AUTO(db_rollback) struct db_tx tx = {0};
    if (!db_begin(db, &tx, err)) return false;
    if (version == 0 && !db_run_script(db, schema_sql, err)) return false;
    for (int64_t at = version; at > 0 && at < newest; at++)
        if (!db_run_script(db, migrations[at - 1], err)) return false;
    (void)text_format(pragma, sizeof pragma, "PRAGMA user_version = %lld", (long long)newest);
    if (!db_run_script(db, pragma, err)) return false;
    return db_commit(&tx, err);
}

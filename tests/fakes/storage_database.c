#include "fakes/storage_database.h"

#include "base/file.h"
#include "base/text.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static char directory[64];

struct db *storage_database_open(char out_path[static 96]) {
    struct db *db = NULL;
    struct error err;

    (void)text_copy(directory, sizeof directory, "/tmp/kobel-storage-XXXXXX");
    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(out_path, 96, "%s/kobel.db", directory);
    cr_assert(db_open(out_path, &db, &err), "%s", err.message);
    return db;
}

void storage_database_close(struct db *db) {
    struct error err;

    db_close(db);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

struct app storage_database_add_app(struct db *db, const char *id, const char *name) {
    struct app app = {.scope = STORAGE_SCOPE, .version = 1, .current_parallelism = 1};
    struct app_version version = {.version = 1, .config = json_new_object()};
    struct error err;

    (void)text_copy(app.id, sizeof app.id, id);
    (void)text_copy(app.name, sizeof app.name, name);
    json_put_text(version.config, "RuntimeEnvironment", "FLINK-1_20");
    cr_assert(app_store_add(db, &app, &err), "%s", err.message);
    cr_assert(version_store_add(db, id, &version, &err), "%s", err.message);
    app_version_release(&version);
    return app;
}

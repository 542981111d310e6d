// The applications with their placements and moves. The only file that knows the tables `app`,
// `app_count`, `placement` and `move`.
#pragma once

#include "model/app.h"
#include "storage/db.h"

// Adds a new one. ERROR_EXISTS: its scope already has an application of that name. ERROR_SYSTEM,
// here and in app_store_save(): the record contradicts itself (model/app_check.h; test builds
// abort).
MUST_CHECK bool app_store_add(struct db *db, const struct app *app, struct error *err);

// By name, and by id. *out_found false: there is none.
MUST_CHECK bool app_store_find(struct db *db, const struct app_scope *scope, const char *name,
                               struct app *out_app, bool *out_found, struct error *err);
MUST_CHECK bool app_store_load(struct db *db, const char *app_id, struct app *out_app,
                               bool *out_found, struct error *err);

// Writes everything except id, scope, name and created_at_ms. ERROR_NOT_FOUND: no such id.
MUST_CHECK bool app_store_save(struct db *db, const struct app *app, struct error *err);

// Removes the application with all that other tables have of it.
MUST_CHECK bool app_store_remove(struct db *db, const char *app_id, struct error *err);

// --- many at once: app_store_list.c ---

// What ListApplications shows of one.
struct app_summary {
    char name[APP_NAME_SIZE];
    enum app_status status;
    int64_t version;
    char runtime_environment[32];
};

// By name, only names after `after_name` ("" = from the first). `out_list` has room for `limit`.
MUST_CHECK bool app_store_list(struct db *db, const struct app_scope *scope, const char *after_name,
                               struct app_summary *out_list, size_t limit, size_t *out_count,
                               struct error *err);
// Both read table `app_count`, which triggers update: they cost the same for any number.
MUST_CHECK bool app_store_count(struct db *db, const struct app_scope *scope, int64_t *out_count,
                                struct error *err);
struct app_totals {
    int64_t applications; // of all scopes
    int64_t running;      // with the status RUNNING
};
MUST_CHECK bool app_store_totals(struct db *db, struct app_totals *out_totals, struct error *err);

// What a list of all applications has of one.
struct app_brief {
    char id[APP_ID_SIZE];
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    enum app_status status;
    int current_parallelism;
    int64_t recoveries;
};
// Of every scope, in the order of ids, only those after `after_id` ("" = from the first).
// `out_list` has room for `limit`.
MUST_CHECK bool app_store_list_all(struct db *db, const char *after_id, struct app_brief *out_list,
                                   size_t limit, size_t *out_count, struct error *err);

// The first application above `after_id` whose job was or will be started from the restore point at
// `path`, as far as is recorded, or that keeps it as an application snapshot.
MUST_CHECK bool app_store_next_user(struct db *db, const char *path, const char *after_id,
                                    char out_id[static APP_ID_SIZE], bool *out_found,
                                    struct error *err);

// Every application of every scope, for the start of the controller. Those that wait for a cluster
// come first, so that they keep their turn over a restart. Stops at the first false.
typedef bool app_store_visit_fn(void *userdata, const char *app_id, struct error *err);
MUST_CHECK bool app_store_visit_all(struct db *db, app_store_visit_fn *visit, void *userdata,
                                    struct error *err);

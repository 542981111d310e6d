#include "fakes/fake_world_checks.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_cluster_parts.h"
#include "storage/app_store.h"
#include "storage/deleted_snapshot_store.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/job_origin_store.h"
#include "storage/operation_store.h"
#include "storage/snapshot_operation_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <string.h>

enum { APPS_MAX = 8, LIST_MAX = 64 };

// --- all of them ---

static size_t load_apps(struct fake_world *world, struct app out[static APPS_MAX]) {
    static struct app_brief briefs[APPS_MAX];
    struct error err;
    size_t count;
    bool found;

    cr_assert(app_store_list_all(world->db, "", briefs, APPS_MAX, &count, &err), "%s", err.message);
    for (size_t index = 0; index < count; index++)
        cr_assert(app_store_load(world->db, briefs[index].id, &out[index], &found, &err) && found);
    return count;
}

static size_t load_rows(struct fake_world *world, const struct app *app,
                        struct snapshot out[static LIST_MAX]) {
    struct error err;
    size_t count;

    cr_assert(
        snapshot_store_list_newest(world->db, app->id, INT64_MAX, out, LIST_MAX, &count, &err));
    cr_assert(count < LIST_MAX);
    return count;
}

static size_t load_enhanced(struct fake_world *world,
                            struct enhanced_snapshot out[static LIST_MAX]) {
    const struct enhanced_filter all = {.before_sequence = INT64_MAX};
    struct error err;
    size_t count;

    cr_assert(
        enhanced_snapshot_store_list(world->db, &world->scope, &all, out, LIST_MAX, &count, &err));
    cr_assert(count < LIST_MAX);
    return count;
}

// The journal of one snapshot.
static size_t load_journal(struct fake_world *world, const struct enhanced_snapshot *snapshot,
                           struct snapshot_operation out[static LIST_MAX]) {
    const struct snapshot_operation_filter all = {.before_sequence = INT64_MAX};
    struct error err;
    size_t count;
    size_t kept = 0;

    cr_assert(snapshot_operation_store_list(world->db, &world->scope, snapshot->name, &all, out,
                                            LIST_MAX, &count, &err));
    cr_assert(count < LIST_MAX);
    // An earlier snapshot may have had the name.
    for (size_t index = 0; index < count; index++)
        if (text_equal(out[index].snapshot_id, snapshot->id)) out[kept++] = out[index];
    return kept;
}

// --- files ---

static bool has_files(struct fake_world *world, const char *path) {
    return fake_clusters_count_at(world->clusters, path) >= 0;
}

static bool has_published(struct fake_world *world, const struct enhanced_snapshot *snapshot) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];
    struct error err;

    return state_files_published_directory(&files, snapshot->id, path, &err) &&
           has_files(world, path);
}

static bool has_checkpoint(struct fake_world *world, const struct app *app, const char *job_id) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];

    return job_id[0] != '\0' && state_files_find_checkpoint(&files, app->id, job_id, path);
}

static bool is_restorable(struct fake_world *world, const struct app *app,
                          const struct state_ref *state) {
    if (state->origin == STATE_EMPTY) return true;
    return state->origin == STATE_CHECKPOINT ? has_checkpoint(world, app, state->job_id)
                                             : has_files(world, state->path);
}

// The job was stopped with a savepoint, which removed its checkpoints, and kobel does not know yet
// or has given its move up.
static bool is_stopped(struct fake_world *world, const struct app *app) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    static struct snapshot rows[LIST_MAX];
    size_t count = load_rows(world, app, rows);
    char path[FILE_PATH_MAX];

    for (size_t index = 0; index < count; index++)
        if (rows[index].is_automatic && rows[index].status != SNAPSHOT_READY &&
            state_files_find_savepoint(&files, app->id, &rows[index], path))
            return true;
    return false;
}

// A job needs what it was started from until its first checkpoint.
static void check_started_from(struct fake_world *world, const struct app *app) {
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const struct placement *placement = &app->slots[slot];
        struct state_ref origin;
        struct error err;
        bool is_over = placement->phase == PLACEMENT_EMPTY || placement->phase == PLACEMENT_ENDED ||
                       (slot == SLOT_CURRENT && app->move.halted);
        if (is_over || has_checkpoint(world, app, placement->job_id)) continue;
        cr_assert(is_restorable(world, app, &placement->from),
                  "%s is started from '%s', which has no files", app->name, placement->from.path);
        cr_assert(job_origin_store_find(world->db, app->id, placement->job_id, &origin, &err));
        cr_assert(is_restorable(world, app, &origin), "the job of %s is of '%s', without files",
                  app->name, origin.path);
    }
}

static void check_row(struct fake_world *world, const struct app *app, const struct snapshot *row) {
    if (row->status != SNAPSHOT_READY) return;
    cr_assert(row->job_id[0] != '\0' ? has_checkpoint(world, app, row->job_id)
                                     : has_files(world, row->location),
              "%s of %s is READY without files", row->name, app->name);
}

static void check_enhanced(struct fake_world *world, const struct enhanced_snapshot *snapshot) {
    struct snapshot_operation export;
    struct error err;
    bool is_exported;

    cr_assert(snapshot_operation_store_find_open(world->db, snapshot->id, SNAPSHOT_OPERATION_EXPORT,
                                                 &export, &is_exported, &err));
    if (snapshot->status != SNAPSHOT_READY && !is_exported) return;
    cr_assert(has_published(world, snapshot), "%s is %s without files", snapshot->name,
              is_exported ? "exported" : "READY");
}

void fake_world_check_files(struct fake_world *world) {
    static struct app apps[APPS_MAX];
    static struct snapshot rows[LIST_MAX];
    static struct enhanced_snapshot enhanced[LIST_MAX];
    size_t app_count = load_apps(world, apps);
    size_t count = load_enhanced(world, enhanced);

    for (size_t index = 0; index < app_count; index++) {
        if (apps[index].status == APP_DELETING) continue;
        size_t row_count = load_rows(world, &apps[index], rows);
        if (!is_stopped(world, &apps[index])) check_started_from(world, &apps[index]);
        for (size_t row = 0; row < row_count; row++)
            check_row(world, &apps[index], &rows[row]);
    }
    for (size_t index = 0; index < count; index++)
        check_enhanced(world, &enhanced[index]);
}

// --- is anything in progress? ---

static bool is_idle(const struct app *app) {
    return app->move.kind == MOVE_NONE &&
           (app->status == APP_READY || app->slots[SLOT_CURRENT].phase == PLACEMENT_UP);
}

static void put_waiting_snapshots(struct fake_world *world, struct buffer *out) {
    static struct enhanced_snapshot enhanced[LIST_MAX];
    size_t count = load_enhanced(world, enhanced);

    for (size_t index = 0; index < count; index++) {
        const struct enhanced_snapshot *one = &enhanced[index];
        struct snapshot_operation open;
        struct error err;
        bool found;
        cr_assert(snapshot_operation_store_find_open(
            world->db, one->id, SNAPSHOT_OPERATION_KIND_COUNT, &open, &found, &err));
        if (found || (one->status != SNAPSHOT_READY && one->status != SNAPSHOT_FAILED))
            (void)buffer_append_format(out, "%s %s %s; ", one->name,
                                       snapshot_status_name(one->status),
                                       found ? snapshot_operation_kind_name(open.kind) : "");
    }
}

char *fake_world_print_waiting(struct fake_world *world) {
    static struct app apps[APPS_MAX];
    struct buffer out = BUFFER_INIT(1 << 16);
    size_t count = load_apps(world, apps);

    for (size_t index = 0; index < count; index++) {
        struct snapshot row;
        struct error err;
        bool found;
        cr_assert(snapshot_store_find_by_status(world->db, apps[index].id, SNAPSHOT_CREATING, &row,
                                                &found, &err));
        if (found || !is_idle(&apps[index]))
            (void)buffer_append_format(&out, "%s %s; ", apps[index].name,
                                       app_status_name(apps[index].status));
    }
    put_waiting_snapshots(world, &out);
    return buffer_take_text(&out);
}

bool fake_world_is_quiet(struct fake_world *world) {
    AUTO(memory_free) char *waiting = fake_world_print_waiting(world);

    return text_is_empty(waiting);
}

// --- the records ---

static void check_operations(struct fake_world *world, const struct app *app) {
    const struct operation_filter all = {.before_sequence = INT64_MAX};
    static struct operation list[LIST_MAX];
    struct error err;
    size_t count;

    cr_assert(operation_store_list(world->db, app->id, &all, list, LIST_MAX, &count, &err));
    for (size_t index = 0; index < count; index++) {
        cr_assert(list[index].status != OPERATION_IN_PROGRESS && list[index].ended_at_ms > 0,
                  "%s of %s has not ended", list[index].name, app->name);
        cr_assert(strstr(list[index].error, "the restore point is not there") == NULL,
                  "%s of %s: %s", list[index].name, app->name, list[index].error);
    }
}

// The account's snapshot and the application's row are the same one.
static void check_pair(struct fake_world *world, const struct app *app,
                       const struct snapshot *row) {
    struct enhanced_snapshot enhanced;
    struct error err;
    bool found;

    if (!snapshot_is_enhanced(row)) {
        cr_assert(row->status == SNAPSHOT_READY || row->status == SNAPSHOT_FAILED, "%s is %s",
                  row->name, snapshot_status_name(row->status));
        return;
    }
    cr_assert(enhanced_snapshot_store_load(world->db, row->enhanced_id, &enhanced, &found, &err));
    cr_assert(found, "%s of %s is not the account's", row->name, app->name);
    cr_assert(row->status == enhanced.status, "%s is %s and %s", row->name,
              snapshot_status_name(row->status), snapshot_status_name(enhanced.status));
}

static bool is_of_creation(enum snapshot_operation_kind kind) {
    return kind != SNAPSHOT_OPERATION_DELETE && kind != SNAPSHOT_OPERATION_EXPORT;
}

static void check_journal(struct fake_world *world, const struct enhanced_snapshot *snapshot) {
    static struct snapshot_operation journal[LIST_MAX];
    size_t count = load_journal(world, snapshot, journal);
    int creations = 0;

    cr_assert(snapshot->status == SNAPSHOT_READY || snapshot->status == SNAPSHOT_FAILED, "%s is %s",
              snapshot->name, snapshot_status_name(snapshot->status));
    for (size_t index = 0; index < count; index++) {
        const struct snapshot_operation *one = &journal[index];
        const char *kind = snapshot_operation_kind_name(one->kind);
        cr_assert(one->status != OPERATION_IN_PROGRESS && one->ended_at_ms > 0,
                  "%s of %s has not ended", kind, snapshot->name);
        cr_assert(one->kind != SNAPSHOT_OPERATION_DELETE, "%s was deleted", snapshot->name);
        cr_assert((one->status == OPERATION_FAILED) == (one->error_code[0] != '\0'));
        cr_assert((one->kind == SNAPSHOT_OPERATION_SYSTEM_CREATE) == (one->app_name[0] != '\0'));
        if (!is_of_creation(one->kind)) continue;
        creations++;
        cr_assert((one->status == OPERATION_SUCCESSFUL) == (snapshot->status == SNAPSHOT_READY),
                  "%s %s of %s, which is %s", kind, operation_status_name(one->status),
                  snapshot->name, snapshot_status_name(snapshot->status));
    }
    cr_assert(creations == 1, "%s was made %d times", snapshot->name, creations);
    cr_assert((snapshot->size_bytes > 0) == (snapshot->status == SNAPSHOT_READY), "%s",
              snapshot->name);
}

void fake_world_check_records(struct fake_world *world) {
    static struct app apps[APPS_MAX];
    static struct snapshot rows[LIST_MAX];
    static struct enhanced_snapshot enhanced[LIST_MAX];
    size_t app_count = load_apps(world, apps);
    size_t count = load_enhanced(world, enhanced);
    int running = 0;

    for (size_t index = 0; index < app_count; index++) {
        const struct app *app = &apps[index];
        size_t row_count = load_rows(world, app, rows);
        check_operations(world, app);
        cr_assert(app->slots[SLOT_NEXT].phase == PLACEMENT_EMPTY, "%s", app->name);
        running += app->status != APP_READY;
        for (size_t row = 0; row < row_count; row++)
            check_pair(world, app, &rows[row]);
    }
    cr_assert(fake_clusters_count(world->clusters) == running, "%d clusters of %d",
              fake_clusters_count(world->clusters), running);
    for (size_t index = 0; index < count; index++)
        check_journal(world, &enhanced[index]);
}

// --- files without a record ---

// A deleted snapshot whose files a job still needs.
static bool is_kept_for_a_job(struct fake_world *world, const char *id, const char *path) {
    char next[APP_ID_SIZE] = "";
    char app_id[APP_ID_SIZE];
    struct error err;
    bool found;

    do {
        cr_assert(enhanced_snapshot_store_next_deleted(world->db, next, next, &found, &err));
    } while (found && !text_equal(next, id));
    return found && app_store_next_user(world->db, path, "", app_id, &found, &err) && found;
}

static bool is_published_needed(struct fake_world *world, const char *id, const char *path) {
    struct enhanced_snapshot snapshot;
    struct error err;
    bool found;

    cr_assert(enhanced_snapshot_store_load(world->db, id, &snapshot, &found, &err));
    if (!found) return is_kept_for_a_job(world, id, path);
    cr_assert(snapshot.status == SNAPSHOT_READY, "%s is %s and has files", snapshot.name,
              snapshot_status_name(snapshot.status));
    return true;
}

static bool is_job_needed(struct fake_world *world, const struct app *app, const char *job_id) {
    const struct placement *current = &app->slots[SLOT_CURRENT];
    struct error err;
    bool is_listed;

    // While a job runs, its checkpoints cause the removal of those of earlier jobs.
    if (current->phase == PLACEMENT_UP && !has_checkpoint(world, app, current->job_id)) return true;
    cr_assert(snapshot_store_has_job(world->db, app->id, job_id, &is_listed, &err));
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const struct placement *placement = &app->slots[slot];
        struct state_ref origin;
        if (placement->phase == PLACEMENT_EMPTY) continue;
        cr_assert(job_origin_store_find(world->db, app->id, placement->job_id, &origin, &err));
        if (text_equal(placement->job_id, job_id) || text_equal(placement->from.job_id, job_id) ||
            text_equal(origin.job_id, job_id))
            return true;
    }
    return is_listed;
}

static bool is_savepoint_needed(struct fake_world *world, const struct app *app, const char *path) {
    static struct snapshot rows[LIST_MAX];
    size_t count = load_rows(world, app, rows);
    struct snapshot deleted = {0};
    struct error err;
    bool found;

    for (size_t index = 0; index < count; index++)
        if (rows[index].status == SNAPSHOT_READY && text_equal(rows[index].location, path))
            return true;
    do {
        cr_assert(deleted_snapshot_store_next(world->db, app->id, deleted.sequence, &deleted,
                                              &found, &err));
    } while (found && !text_equal(deleted.location, path));
    return found;
}

static const char PUBLISHED[] = "/disk/.snapshots/";

static bool is_needed(struct fake_world *world, const char *path) {
    static struct app apps[APPS_MAX];
    size_t count = load_apps(world, apps);

    if (text_starts_with(path, PUBLISHED))
        return is_published_needed(world, path + strlen(PUBLISHED), path);
    for (size_t index = 0; index < count; index++) {
        char prefix[FILE_PATH_MAX];
        char job_id[APP_JOB_ID_SIZE];
        fake_checkpoint_prefix(apps[index].id, "", prefix, sizeof prefix);
        prefix[strlen(prefix) - 1] = '\0';
        if (text_starts_with(path, prefix)) {
            (void)text_format(job_id, sizeof job_id, "%.32s", path + strlen(prefix));
            return is_job_needed(world, &apps[index], job_id);
        }
        (void)text_format(prefix, sizeof prefix, "/disk/%s/", apps[index].id);
        if (text_starts_with(path, prefix)) return is_savepoint_needed(world, &apps[index], path);
    }
    return false;
}

void fake_world_check_no_other_files(struct fake_world *world) {
    for (size_t index = 0; index < POINTS_MAX; index++) {
        const struct point *point = &world->clusters->points[index];
        cr_assert(!point->is_used || is_needed(world, point->path), "'%s' is not needed",
                  point->path);
    }
}

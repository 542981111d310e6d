// What a snapshot contains, and whether a program can be started from it.
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "controller/moves/program_question.h"
#include "controller/moves/restore_points.h"
#include "model/enhanced_snapshot.h"
#include "runtime/savepoint/savepoint_report.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_store.h"

// Where the savepoint is, with what is recorded of the snapshot.
struct content {
    json_t *object; // borrowed
    enum snapshot_status status;
    char path[FILE_PATH_MAX];
};

// --- what is recorded ---

static void put_common(json_t *object, const char *name, enum snapshot_status status,
                       int64_t created_at_ms) {
    json_put_text(object, "name", name);
    json_put_text(object, "status", snapshot_status_name(status));
    json_put_int(object, "createdAtMs", created_at_ms);
}

static void put_origin(json_t *object, const char *app_name, int64_t version,
                       enum runtime_environment runtime) {
    json_put_text(object, "application", app_name);
    json_put_int(object, "applicationVersion", version);
    json_put_text(object, "runtimeEnvironment", runtime_environment_name(runtime));
}

static bool describe_row(struct app_service *service, const struct app *app, const char *name,
                         struct content *content, bool *out_found, struct error *err) {
    struct snapshot snapshot;

    if (!snapshot_store_find(service->db, app->id, name, &snapshot, out_found, err)) return false;
    if (!*out_found) return true;
    put_common(content->object, name, snapshot.status, snapshot.created_at_ms);
    put_origin(content->object, app->name, snapshot.version, snapshot.runtime);
    json_put_bool(content->object, "isEnhanced", snapshot_is_enhanced(&snapshot));
    content->status = snapshot.status;
    (void)text_copy(content->path, sizeof content->path, snapshot.location);
    return true;
}

static bool describe_enhanced(struct app_service *service, const struct app_scope *scope,
                              const char *name, struct content *content, bool *out_found,
                              struct error *err) {
    struct enhanced_snapshot snapshot;

    if (!enhanced_snapshot_store_find(service->db, scope, name, &snapshot, out_found, err))
        return false;
    if (!*out_found) return true;
    put_common(content->object, name, snapshot.status, snapshot.created_at_ms);
    if (snapshot.maker != MADE_BY_IMPORT)
        put_origin(content->object, snapshot.app_name, snapshot.app_version, snapshot.runtime);
    json_put_int(content->object, "sizeBytes", snapshot.size_bytes);
    json_put_bool(content->object, "isEnhanced", true);
    content->status = snapshot.status;
    return state_files_published_directory(&service->state_files, snapshot.id, content->path, err);
}

// What the running job would be started again from.
static bool describe_state(struct app_service *service, const struct app_scope *scope,
                           const char *app_name, struct content *content, struct error *err) {
    struct restore_facts facts;
    struct app app;

    if (!service_find_app(service, scope, app_name, &app, err)) return false;
    if (app.slots[SLOT_CURRENT].phase == PLACEMENT_EMPTY)
        return error_set(err, ERROR_CONFLICT, "Application %s does not run", app_name);
    restore_points_find(service, &app, &facts);
    struct state_ref state = restore_of_slot(&app, SLOT_CURRENT, &facts);
    json_put_text(content->object, "application", app.name);
    json_put_text(content->object, "origin", state_origin_name(state.origin));
    content->status = SNAPSHOT_READY;
    (void)text_copy(content->path, sizeof content->path, state.path);
    return true;
}

static bool describe(struct app_service *service, const struct app_scope *scope,
                     const struct snapshot_question *question, struct content *content,
                     struct error *err) {
    struct app app;
    bool is_found = false;

    if (question->snapshot_name == NULL)
        return describe_state(service, scope, question->app_name, content, err);
    if (question->app_name != NULL) {
        if (!service_find_app(service, scope, question->app_name, &app, err)) return false;
        if (!describe_row(service, &app, question->snapshot_name, content, &is_found, err))
            return false;
    }
    if (!is_found &&
        !describe_enhanced(service, scope, question->snapshot_name, content, &is_found, err))
        return false;
    return is_found || error_set(err, ERROR_NOT_FOUND, "Snapshot '%s' does not exist.",
                                 question->snapshot_name);
}

// --- what it contains ---

static bool put_fit(struct app_service *service, const struct app_scope *scope,
                    const struct snapshot_question *question,
                    const struct savepoint_metadata *metadata, json_t *object, struct error *err) {
    AUTO(savepoint_fit_free) struct savepoint_fit fit = {0};
    struct job_spec spec;
    struct app app;

    if (!service_find_app(service, scope, question->program_of, &app, err) ||
        !service_load_spec(service, app.id, app.version, &spec, err))
        return false;
    struct savepoint_target target = {.runtime = spec.runtime, .parallelism = spec.parallelism};
    savepoint_fit_make(&fit, metadata, &question->program->graph, &target);
    json_t *report = savepoint_report_of_fit(&fit, metadata, &question->program->graph);
    json_put_text(report, "application", app.name);
    json_put_int(report, "applicationVersion", app.version);
    json_put_bool(report, "severalJobs", question->program->has_several_jobs);
    json_put(object, "fit", report);
    return true;
}

// What cannot be read is reported with the rest.
static bool put_savepoint(struct app_service *service, const struct app_scope *scope,
                          const struct snapshot_question *question, const struct content *content,
                          struct error *err) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    struct error failure;

    bool is_read = content->status == SNAPSHOT_READY
                       ? program_question_read(service, content->path, &metadata, &failure)
                       : error_set(&failure, ERROR_NOT_FOUND, "it is in %s status",
                                   snapshot_status_name(content->status));
    if (!is_read) {
        json_put_text(content->object, "savepointFailure", failure.message);
        return true;
    }
    json_put(content->object, "savepoint", savepoint_report_of(&metadata));
    return question->program == NULL ||
           put_fit(service, scope, question, &metadata, content->object, err);
}

bool app_service_show_snapshot(struct app_service *service, const struct app_scope *scope,
                               const struct snapshot_question *question, json_t **out_snapshot,
                               struct error *err) {
    AUTO(json_decref) json_t *object = json_new_object();
    struct content content = {.object = object};

    if (!describe(service, scope, question, &content, err) ||
        !put_savepoint(service, scope, question, &content, err))
        return false;
    *out_snapshot = TAKE(object);
    return true;
}

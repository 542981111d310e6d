// Creates or updates an application, and starts it or moves its job.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/run/run_fit.h"
#include "cli/run/run_runtime.h"
#include "cli/run/run_state.h"

#include <string.h>

// --- the retention of snapshots ---

static void print_retention(struct run *run) {
    run_print(run, COLOUR_PLAIN, -1,
              "the newest %d snapshots of moves are kept (tag kobel:snapshot-retention)",
              RUN_AUTOMATIC_KEPT);
}

// An application without a rule gets one, because each change of a file makes a snapshot. A failure
// is only printed: the move of the job is more important than disk space.
static void keep_few(struct run *run, const json_t *detail) {
    AUTO(json_decref) json_t *reply = NULL;
    AUTO(json_decref) json_t *ignored = NULL;
    const char *arn = json_text_or(detail, "ApplicationARN", "");
    json_t *request = json_new_object();
    struct error err;

    json_put_text(request, "ResourceARN", arn);
    bool is_known = client_call(run->client, "ListTagsForResource", request, &reply, &err);
    if (is_known && run_has_retention(json_member(reply, "Tags"))) return;
    if (is_known &&
        client_call(run->client, "TagResource", run_retention_request(arn), &ignored, &err))
        print_retention(run);
    else
        run_print(run, COLOUR_YELLOW, -1,
                  "all snapshots are kept, because the tag could not be set: %s", err.message);
}

// --- a new application ---

static bool create(struct run *run, const struct run_target *target, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(run->client, "CreateApplication", run_create_request(target), &reply, err))
        return false;
    run_print(run, COLOUR_PLAIN, run_since_ms(since_us), "application %s is created, %s", run->name,
              target->runtime);
    if (target->keeps_few) print_retention(run);
    return true;
}

// --- the end of an operation ---

// Waits for the end of a start or an update and prints the result.
static bool finish(struct run *run, const char *operation_id, int64_t since_us, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    char gap[24];

    run->gap_ms = -1;
    run->trouble[0] = '\0';
    if (!app_wait(run->client, run->name, run_tick, run, &detail, err) ||
        !run_read_events(run, err))
        return false;
    if (operation_id[0] != '\0' && !app_operation_check(run->client, run->name, operation_id, err))
        return false;
    int64_t version = json_int_or(detail, "ApplicationVersionId", 0);
    if (run->gap_ms >= 0) {
        terminal_duration(run->gap_ms, gap);
        run_print(run, COLOUR_GREEN, run_since_ms(since_us),
                  "%s version %lld; the stream was interrupted for %s", app_status_of(detail),
                  (long long)version, gap);
    } else
        run_print(run, COLOUR_GREEN, run_since_ms(since_us), "%s version %lld",
                  app_status_of(detail), (long long)version);
    return true;
}

static bool start(struct run *run, const struct run_target *target, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    json_t *request = app_request(run->name);
    json_t *configuration = run_configuration(target);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (configuration != NULL) json_put(request, "RunConfiguration", configuration);
    return app_begin(run->client, "StartApplication", request, operation_id, err) &&
           finish(run, operation_id, since_us, err);
}

// --- an existing application ---

static bool update_ready(struct run *run, json_t *changes, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (changes == NULL) return true;
    if (!app_update(run->client, run->name, changes, operation_id, err)) return false;
    run_print(run, COLOUR_PLAIN, run_since_ms(since_us), "application %s is updated", run->name);
    return true;
}

// The job fails again and again, and the change may be its repair. It cannot take a savepoint: a
// stop by force keeps its newest checkpoint, from which the next start continues.
static bool replace(struct run *run, const struct run_target *target, json_t *changes,
                    struct error *err) {
    AUTO(json_decref) json_t *held = changes;
    AUTO(json_decref) json_t *detail = NULL;
    json_t *request = app_request(run->name);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    run_print(run, COLOUR_YELLOW, -1,
              "the job does not work and cannot take a savepoint: it is stopped by force, and "
              "continues from its newest checkpoint");
    json_put_bool(request, "Force", true);
    return app_begin(run->client, "StopApplication", request, operation_id, err) &&
           app_wait(run->client, run->name, run_tick, run, &detail, err) &&
           update_ready(run, TAKE(held), err) && start(run, target, err);
}

// Does the changed program take the state? Only said: the update decides.
static void check_state(struct run *run, const struct run_target *target, const json_t *changes,
                        const json_t *detail) {
    const json_t *code = json_path(changes, "ApplicationConfigurationUpdate",
                                   "ApplicationCodeConfigurationUpdate", NULL);

    if (run->session->options.watches && code != NULL && !target->is_fresh)
        run_fit_check(run, target, json_text_or(detail, "RuntimeEnvironment", ""));
}

static bool update(struct run *run, const struct run_target *target, json_t *changes,
                   struct error *err) {
    AUTO(json_decref) json_t *kept = json_copy_of(changes);
    int64_t since_us = clock_monotonic_us();
    json_t *configuration = run_configuration(target);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (changes == NULL) changes = json_new_object();
    if (configuration != NULL) json_put(changes, "RunConfigurationUpdate", configuration);
    if (app_update(run->client, run->name, changes, operation_id, err))
        return finish(run, operation_id, since_us, err);
    bool is_down =
        err->kind == ERROR_CONFIGURATION && strstr(err->message, "experiencing downtime") != NULL;
    return is_down && replace(run, target, TAKE(kept), err);
}

static bool deploy_known(struct run *run, const struct run_target *target, const json_t *detail,
                         struct error *err) {
    bool is_running = text_equal(app_status_of(detail), "RUNNING");
    json_t *changes = run_changes(target, detail);

    if (target->keeps_few) keep_few(run, detail);
    if (!is_running) return update_ready(run, changes, err) && start(run, target, err);
    if (changes != NULL) check_state(run, target, changes, detail);
    if (changes != NULL || target->is_fresh) return update(run, target, changes, err);
    run_print(run, COLOUR_GREEN, -1, "%s runs with this code and configuration already", run->name);
    return true;
}

// Another client may be changing the application.
static bool wait_until_idle(struct run *run, json_t **detail, struct error *err) {
    bool is_running = !text_equal(app_status_of(*detail), "READY");

    if (!run_begin_following(run, true, is_running, err)) return false;
    json_decref(*detail);
    *detail = NULL;
    return app_wait(run->client, run->name, run_tick, run, detail, err);
}

bool run_deploy(struct run *run, bool is_first, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    char runtime[RUN_RUNTIME_SIZE];
    struct run_target target = {
        .name = run->name,
        .code = &run->code,
        .groups = run->groups,
        .parallelism = is_first ? run->session->options.parallelism : 0,
        .is_fresh = is_first && run->session->options.is_fresh,
        .allows_non_restored = run->session->options.allows_non_restored,
        .keeps_few = run->keeps_few,
    };

    bool is_known = app_describe(run->client, run->name, &detail, err);
    if (!is_known && err->kind != ERROR_NOT_FOUND) return false;
    // First, so that a failure leaves nothing behind.
    if (!run_choose_runtime(run, detail, runtime, err)) return false;
    if (runtime[0] != '\0') target.runtime = runtime;
    if (is_known)
        return wait_until_idle(run, &detail, err) && deploy_known(run, &target, detail, err);
    return create(run, &target, err) && run_begin_following(run, false, false, err) &&
           start(run, &target, err);
}

// Creates or updates an application, and starts it or moves its job.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/run/run_runtime.h"
#include "cli/run/run_state.h"

// --- which snapshots are kept ---

static void tell_few_are_kept(struct run *run) {
    run_say(run, COLOUR_PLAIN, -1,
            "of the snapshots that moves make, the newest %d are kept "
            "(tag kobel:snapshot-retention)",
            RUN_AUTOMATIC_KEPT);
}

// An application without a rule gets one: each change of a file leaves a snapshot. A job that moves
// is worth more than room on the disk, so that what goes wrong here is only told.
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
        tell_few_are_kept(run);
    else
        run_say(run, COLOUR_YELLOW, -1, "all snapshots are kept: %s", err.message);
}

// --- an application that is new ---

static bool create(struct run *run, const struct run_wish *wish, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(run->client, "CreateApplication", run_create_request(wish), &reply, err))
        return false;
    run_say(run, COLOUR_PLAIN, run_since_ms(since_us), "application %s is created, %s", run->name,
            wish->runtime);
    if (wish->keeps_few) tell_few_are_kept(run);
    return true;
}

// --- the end of an operation ---

// Says what a move or a start has come to.
static bool finish(struct run *run, const char *operation_id, int64_t since_us, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    char gap[24];

    run->gap_ms = -1;
    if (!app_wait(run->client, run->name, run_tick, run, &detail, err) ||
        !run_read_events(run, err))
        return false;
    if (operation_id[0] != '\0' && !app_operation_check(run->client, run->name, operation_id, err))
        return false;
    int64_t version = json_int_or(detail, "ApplicationVersionId", 0);
    if (run->gap_ms >= 0) {
        terminal_duration(run->gap_ms, gap);
        run_say(run, COLOUR_GREEN, run_since_ms(since_us),
                "%s version %lld; the stream stood still for %s", app_status_of(detail),
                (long long)version, gap);
    } else
        run_say(run, COLOUR_GREEN, run_since_ms(since_us), "%s version %lld", app_status_of(detail),
                (long long)version);
    return true;
}

static bool start(struct run *run, const struct run_wish *wish, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    json_t *request = app_request(run->name);
    json_t *configuration = run_configuration(wish);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (configuration != NULL) json_put(request, "RunConfiguration", configuration);
    return app_begin(run->client, "StartApplication", request, operation_id, err) &&
           finish(run, operation_id, since_us, err);
}

static bool move(struct run *run, const struct run_wish *wish, json_t *changes, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    json_t *configuration = run_configuration(wish);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (changes == NULL) changes = json_new_object();
    if (configuration != NULL) json_put(changes, "RunConfigurationUpdate", configuration);
    return app_update(run->client, run->name, changes, operation_id, err) &&
           finish(run, operation_id, since_us, err);
}

// --- from what is there to what is wanted ---

static bool update_at_rest(struct run *run, json_t *changes, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    char operation_id[APP_CALLS_OPERATION_SIZE];

    if (changes == NULL) return true;
    if (!app_update(run->client, run->name, changes, operation_id, err)) return false;
    run_say(run, COLOUR_PLAIN, run_since_ms(since_us), "application %s is updated", run->name);
    return true;
}

static bool deploy_known(struct run *run, const struct run_wish *wish, const json_t *detail,
                         struct error *err) {
    bool is_running = text_equal(app_status_of(detail), "RUNNING");
    json_t *changes = run_changes(wish, detail);

    if (wish->keeps_few) keep_few(run, detail);
    if (!is_running) return update_at_rest(run, changes, err) && start(run, wish, err);
    if (changes != NULL || wish->is_fresh) return move(run, wish, changes, err);
    run_say(run, COLOUR_GREEN, -1, "%s runs this already", run->name);
    return true;
}

// Somebody else may be about to change it.
static bool settle(struct run *run, json_t **detail, struct error *err) {
    bool is_running = !text_equal(app_status_of(*detail), "READY");

    if (!run_begin_looking(run, true, is_running, err)) return false;
    json_decref(*detail);
    *detail = NULL;
    return app_wait(run->client, run->name, run_tick, run, detail, err);
}

bool run_deploy(struct run *run, bool is_first, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    char runtime[RUN_RUNTIME_SIZE];
    struct run_wish wish = {
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
    // Before anything is made or changed that would be left behind.
    if (!run_choose_runtime(run, detail, runtime, err)) return false;
    if (runtime[0] != '\0') wish.runtime = runtime;
    if (is_known) return settle(run, &detail, err) && deploy_known(run, &wish, detail, err);
    return create(run, &wish, err) && run_begin_looking(run, false, false, err) &&
           start(run, &wish, err);
}

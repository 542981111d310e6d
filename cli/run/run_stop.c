// Stops the job of `kobel run` after an interrupt.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"
#include "cli/client/snapshot_calls.h"
#include "cli/run/run_state.h"

bool run_is_interrupted(const struct run *run) {
    return interrupts_wait(0) > run->interrupts;
}

bool run_has_ended(struct run *run, bool *out_has_ended, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    if (!app_describe(run->client, run->name, &detail, err)) return false;
    *out_has_ended = text_equal(app_status_of(detail), "READY");
    return true;
}

static bool print_stopped(struct run *run, int64_t since_us, struct error *err) {
    char snapshot[SNAPSHOT_CALLS_NAME_SIZE] = "";

    if (!snapshots_of_stop(run->client, run->name, snapshot, sizeof snapshot, err)) return false;
    run_read_logs(run);
    run_print(run, COLOUR_GREEN, run_since_ms(since_us), "stopped%s%s",
              snapshot[0] == '\0' ? "" : ", with snapshot ", snapshot);
    return true;
}

// Stops at once and cancels the operation that is under way.
static bool stop_at_once(struct run *run, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    int64_t since_us = clock_monotonic_us();
    json_t *request = app_request(run->name);
    char operation_id[APP_CALLS_OPERATION_SIZE];

    // A second interrupt during this stop changes nothing, one more ends the wait.
    run->interrupts = interrupts_wait(0);
    if (run->interrupts < 2) run->interrupts = 2;
    json_put_bool(request, "Force", true);
    if (!app_begin(run->client, "StopApplication", request, operation_id, err)) {
        bool is_over = false;
        // The first stop may have ended meanwhile.
        return run_has_ended(run, &is_over, NULL) && is_over && print_stopped(run, since_us, err);
    }
    run->session->exit_status = RUN_EXIT_INTERRUPTED;
    if (app_wait(run->client, run->name, run_tick, run, &detail, err)) {
        run_print(run, COLOUR_YELLOW, run_since_ms(since_us),
                  "stopped at once, without a snapshot");
        return true;
    }
    if (!run_is_interrupted(run)) return false;
    run_print(run, COLOUR_YELLOW, -1, "interrupted: the daemon completes the stop");
    return true;
}

static bool wait_for_stop(struct run *run, int64_t since_us, const char *operation_id,
                          struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    return app_wait(run->client, run->name, run_tick, run, &detail, err) &&
           app_operation_check(run->client, run->name, operation_id, err) &&
           print_stopped(run, since_us, err);
}

static bool stop_with_snapshot(struct run *run, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    char operation_id[APP_CALLS_OPERATION_SIZE];

    run_print(run, COLOUR_PLAIN, -1, "stopping with a snapshot; Ctrl-C again stops at once");
    return app_begin(run->client, "StopApplication", app_request(run->name), operation_id, err) &&
           wait_for_stop(run, since_us, operation_id, err);
}

// Waits for the end of a move, because only a running job can make a snapshot.
static bool wait_for_move(struct run *run, json_t **detail, struct error *err) {
    if (app_has_lasting_status(*detail)) return true;
    run_print(run, COLOUR_PLAIN, -1, "waiting for the end of the move; Ctrl-C again stops at once");
    json_decref(*detail);
    *detail = NULL;
    return app_wait(run->client, run->name, run_tick, run, detail, err);
}

bool run_stop(struct run *run, bool *out_is_over, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    *out_is_over = true;
    run->interrupts = interrupts_wait(0);
    if (!app_describe(run->client, run->name, &detail, err)) return false;
    // A job that is starting has no state beyond the snapshot that it starts from.
    if (run->interrupts > 1 || text_equal(app_status_of(detail), "STARTING"))
        return stop_at_once(run, err);
    if (wait_for_move(run, &detail, err)) {
        if (text_equal(app_status_of(detail), "READY")) {
            if (run->has_failed) run->session->exit_status = RUN_EXIT_FAILED;
            return true;
        }
        if (stop_with_snapshot(run, err)) return true;
    }
    if (run_is_interrupted(run)) return stop_at_once(run, err);
    // Its snapshot failed, or is refused because the job does not work.
    if (err->kind != ERROR_REQUEST && err->kind != ERROR_CONFIGURATION) return false;
    run_print(run, COLOUR_RED, -1, "%s", err->message);
    run_print(run, COLOUR_YELLOW, -1,
              "the job continues; Ctrl-C again stops it without a snapshot");
    *out_is_over = false;
    return true;
}

#include "cli/run/command_run.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"
#include "cli/client/state_hint.h"
#include "cli/doctor/jar_bytes.h"
#include "cli/doctor/program_check.h"
#include "cli/run/run_state.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    TURN_MS = 100,
    STATUS_EVERY_TURNS = 10,
};

// --- before the start ---

// Prints the warnings and errors that `kobel doctor` would print; without hints.
static void print_findings(struct run *run, const struct findings *findings) {
    for (size_t index = 0; index < findings->count; index++) {
        const struct finding *finding = &findings->list[index];
        if (finding->severity < FINDING_WARNING) continue;
        run_print(run, finding->severity == FINDING_ERROR ? COLOUR_RED : COLOUR_YELLOW, -1,
                  "%s: %s: %s. %s", finding_severity_name(finding->severity), finding->subject,
                  finding->text, finding->advice);
    }
}

static bool check_program(struct run *run, struct error *err) {
    enum runtime_environment runtime = RUNTIME_DEFAULT;
    struct program_verdict verdict;

    (void)runtime_environment_from_name(run->session->options.runtime, &runtime);
    if (!program_check(&run->package, run->groups, runtime, &verdict, err)) return false;
    if (verdict.obstacle != NULL)
        return error_set(err, ERROR_INVALID, "'%s' cannot be run: %s. %s",
                         run->session->options.words[0], verdict.obstacle->text,
                         verdict.obstacle->advice);
    print_findings(run, &verdict.findings);
    return true;
}

// --- properties ---

// The groups of the application decide where the name of a group ends that has dots.
static bool learn_groups(struct run *run, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    if (run->groups == NULL) return true;
    if (!app_describe(run->client, run->name, &detail, err)) return err->kind == ERROR_NOT_FOUND;
    const json_t *known =
        json_path(detail, "ApplicationConfigurationDescription", "EnvironmentPropertyDescriptions",
                  "PropertyGroupDescriptions", NULL);
    if (known == NULL) return true;
    run->known_groups = json_copy_of(known);
    return run_read_properties(run, err);
}

// --- code ---

// What the code is made of, and where more of it may come.
static void watch_code(struct run *run) {
    const struct client_options *options = &run->session->options;

    package_root(options->words[0], run->root);
    run->jar = watch_begin(run->kind == PACKAGE_PYTHON ? run->root : options->words[0]);
    if (run->kind == PACKAGE_SQL &&
        file_join(run->lib, sizeof run->lib, NULL, run->root, "lib", NULL))
        watch_add(&run->jar, run->lib);
    for (size_t index = 0; index < options->jar_count; index++)
        watch_add(&run->jar, options->jars[index]);
}

// A script is called main.py in most projects: the directory has the name.
static void choose_name(struct run *run) {
    const struct client_options *options = &run->session->options;
    AUTO(memory_free) char *root = realpath(run->root, NULL);

    if (options->name != NULL)
        (void)text_copy(run->name, sizeof run->name, options->name);
    else if (run->kind == PACKAGE_PYTHON && root != NULL)
        jar_application_name(root, run->name, sizeof run->name);
    else
        jar_application_name(options->words[0], run->name, sizeof run->name);
}

static bool prepare(struct run *run, struct error *err) {
    const char *path = run->session->options.words[0];

    run->kind = package_kind_of(path);
    watch_code(run);
    run->properties = watch_begin(run->session->options.properties_file);
    choose_name(run);
    // A script of SQL needs a part that the daemon's runtimes have.
    if (run->kind == PACKAGE_SQL && !file_exists(path))
        return error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", path);
    // The properties of a zip of Python depend on what is found in it.
    if (run->kind != PACKAGE_SQL && !(run_make_package(run, NULL, err) &&
                                      run_read_properties(run, err) && check_program(run, err)))
        return false;
    return run_read_properties(run, err) && run_open_server(run, err) && learn_groups(run, err) &&
           run_read_code(run, err);
}

// --- changes ---

static void print_failure(struct run *run, const struct error *err) {
    run_print(run, COLOUR_RED, -1, "%s", err->message);
    state_hint_print(run->session, err);
}

// Prints a failure, after which the next change is waited for. False: interrupted.
static bool redeploy(struct run *run, const char *changed, int64_t now_ms) {
    struct error err;

    if (!run_reload(run, now_ms, &err)) {
        if (err.kind != ERROR_CONFLICT) run_print(run, COLOUR_RED, -1, "%s", err.message);
        return true;
    }
    run_print(run, COLOUR_BOLD, -1, "%s has changed", changed);
    run->has_failed = !run_deploy(run, false, &err);
    if (!run->has_failed) return true;
    if (run_is_interrupted(run)) return false;
    print_failure(run, &err);
    return true;
}

// --- while it runs ---

static bool turn(struct run *run, bool *out_is_over, struct error *err) {
    struct clock clock = clock_system();
    int64_t now_ms = clock_now_ms(&clock);
    const char *changed = NULL;

    run_read_logs(run);
    if (interrupts_wait(TURN_MS) > run->interrupts) return run_stop(run, out_is_over, err);
    if (!run->session->options.watches) return true;
    if (watch_has_changed(&run->properties, now_ms))
        changed = run->session->options.properties_file;
    if (watch_has_changed(&run->jar, now_ms)) changed = run->session->options.words[0];
    return changed == NULL || redeploy(run, changed, now_ms) || run_stop(run, out_is_over, err);
}

static void print_end(struct run *run) {
    run_read_logs(run);
    if (run->has_failed)
        run_print(run, COLOUR_YELLOW, -1,
                  "no job runs, and the application is READY; waiting for the next change");
    else
        run_print(run, COLOUR_GREEN, -1,
                  "the job has reached its end, and the application is READY. The service is for "
                  "jobs that run without end");
}

// With --watch, a job that has ended is started again with the next jar.
static bool follow(struct run *run, struct error *err) {
    bool is_over = false;
    bool was_over = false;

    for (unsigned turns = 1; !is_over; turns++) {
        bool is_ready = false;
        if (!turn(run, &is_over, err)) return false;
        if (is_over || turns % STATUS_EVERY_TURNS != 0) continue;
        if (!run_has_ended(run, &is_ready, err) || !run_read_events(run, err)) return false;
        if (is_ready && !was_over) print_end(run);
        was_over = is_ready;
        is_over = is_ready && !run->session->options.watches;
    }
    return true;
}

static bool give_up(struct run *run) {
    run_print(run, COLOUR_YELLOW, -1, "interrupted before the job was started");
    run->session->exit_status = RUN_EXIT_INTERRUPTED;
    return true;
}

static bool stop_deploying(struct run *run, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    bool is_over = false;

    if (!app_describe(run->client, run->name, &detail, err)) return false;
    if (text_equal(app_status_of(detail), "READY")) return give_up(run);
    // A job that ran before and cannot make its snapshot continues.
    return run_stop(run, &is_over, err) && (is_over || follow(run, err));
}

static bool run_all(struct run *run, struct error *err) {
    if (!prepare(run, err)) return run_is_interrupted(run) && give_up(run);
    if (run_deploy(run, true, err)) return follow(run, err);
    if (run_is_interrupted(run)) return stop_deploying(run, err);
    if (!run->session->options.watches || err->kind == ERROR_UNAVAILABLE) return false;
    run->has_failed = true;
    print_failure(run, err);
    return follow(run, err);
}

bool command_run(struct session *session, struct error *err) {
    struct run run = {
        .session = session,
        .client = session->client,
        .err = terminal_of(STDERR_FILENO),
        .package = {.fd = -1},
        .printer = {.out = session->out, .only_interesting = !session->options.shows_all}};

    interrupts_begin();
    bool is_done = run_all(&run, err);
    if (run.files != NULL) {
        struct error ignored; // log_files_read() needs it
        bool has_more = true;
        while (has_more && log_files_read(run.files, &has_more, &ignored))
            continue;
        log_files_flush(run.files);
    }
    log_files_free(run.files);
    run_code_release(&run.code);
    package_release(&run.package);
    json_decref(run.given);
    json_decref(run.groups);
    json_decref(run.known_groups);
    local_server_stop(&run.server);
    return is_done;
}

// Reads the files of `kobel run`: the properties, the code, and with --watch what has changed.
#include "base/text.h"
#include "cli/package/package_properties.h"
#include "cli/package/properties.h"
#include "cli/run/run_package.h"
#include "cli/run/run_state.h"

enum {
    INCOMPLETE_MAX_MS = 3000,
    // Maven writes a jar of the project's own classes first, and replaces it when it has packed
    // everything. In between that jar is complete, and does not run.
    BUILD_MAX_MS = 15000,
};

// --- properties ---

static bool read_given(struct run *run, struct error *err) {
    const struct client_options *options = &run->session->options;
    struct property_source source = {.path = options->properties_file,
                                     .properties = options->properties,
                                     .count = options->property_count,
                                     .known = run->known_groups};
    json_t *given = NULL;

    if (source.path == NULL && source.count == 0) return true;
    if (!properties_read(&source, &given, err)) return false;
    json_decref(run->given);
    run->given = given;
    return true;
}

bool run_read_properties(struct run *run, struct error *err) {
    json_t *groups = NULL;

    if (!read_given(run, err)) return false;
    if (!run->package.is_python)
        groups = run->given == NULL ? NULL : json_copy_of(run->given);
    else if (!package_properties(&run->package.python, run->given, run->known_groups, &groups, err))
        return false;
    json_decref(run->groups);
    run->groups = groups;
    return true;
}

// --- code ---

bool run_make_package(struct run *run, const json_t *status, struct error *err) {
    struct package package;

    if (!run_package_make(&run->session->options, status, &package, err)) return false;
    package_release(&run->package);
    run->package = package;
    return true;
}

static bool read_code(struct run *run, struct run_code *out_code, struct error *err) {
    AUTO(json_decref) json_t *status = NULL;

    if (!client_get(run->client, "/kobel/v1/status", 10000, &status, err)) return false;
    run->keeps_few = run->session->options.watches &&
                     text_equal(json_text_or(status, "snapshotRetention", "none"), "none");
    if (run->kind != PACKAGE_ARCHIVE && !run_make_package(run, status, err)) return false;
    return run_code_read(run->package.path, json_text(status, "codeObjects"), out_code, err);
}

static void take_code(struct run *run, struct run_code *code) {
    run_code_release(&run->code);
    run->code = *code;
    *code = (struct run_code){0};
}

bool run_read_code(struct run *run, struct error *err) {
    AUTO(run_code_release) struct run_code code = {0};

    if (!read_code(run, &code, err)) return false;
    take_code(run, &code);
    return true;
}

// --- changed code ---

// Whether a build that is not at its end may be the reason that the code cannot be used.
static bool may_be_building(struct run *run, int64_t max_ms, int64_t now_ms) {
    if (run->incomplete_since_ms == 0) run->incomplete_since_ms = now_ms;
    return now_ms - run->incomplete_since_ms < max_ms;
}

static bool check_loss(struct run *run, enum run_code_loss loss, int64_t now_ms,
                       struct error *err) {
    const char *path = run->session->options.words[0];
    bool has_shrunk = loss == RUN_CODE_SHRANK;

    if (has_shrunk && run->incomplete_since_ms == 0)
        run_print(run, COLOUR_YELLOW, -1,
                  "'%s' has less than half of its size, as in the middle of a build: unless it "
                  "changes, it is taken in %d s",
                  path, BUILD_MAX_MS / 1000);
    if (may_be_building(run, has_shrunk ? BUILD_MAX_MS : INCOMPLETE_MAX_MS, now_ms))
        return error_set(err, ERROR_CONFLICT, "'%s' is being built", path);
    return has_shrunk ||
           error_set(err, ERROR_INVALID,
                     "'%s' names no main class any more; waiting for its next change", path);
}

static bool read_changed(struct run *run, struct run_code *code, int64_t now_ms,
                         struct error *err) {
    if (read_code(run, code, err)) {
        enum run_code_loss loss = run_code_loss_of(&run->code, code);
        return run->kind != PACKAGE_ARCHIVE || loss == RUN_CODE_WHOLE ||
               check_loss(run, loss, now_ms, err);
    }
    if (err->kind != ERROR_CONFLICT || may_be_building(run, INCOMPLETE_MAX_MS, now_ms))
        return false;
    return error_set(err, ERROR_INVALID, "'%s' is not complete; waiting for its next change",
                     run->session->options.words[0]);
}

bool run_reload(struct run *run, int64_t now_ms, struct error *err) {
    AUTO(run_code_release) struct run_code code = {0};

    bool is_read = read_changed(run, &code, now_ms, err);
    if (!is_read && err->kind == ERROR_CONFLICT) return false;
    run->incomplete_since_ms = 0;
    if (!is_read) {
        watch_accept(&run->jar);
        return false;
    }
    if (!watch_is_steady(&run->jar))
        return error_set(err, ERROR_CONFLICT, "'%s' is being written",
                         run->session->options.words[0]);
    take_code(run, &code);
    watch_accept(&run->jar);
    watch_accept(&run->properties);
    return run_read_properties(run, err);
}

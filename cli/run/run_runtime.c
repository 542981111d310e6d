#include "cli/run/run_runtime.h"

#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/snapshot_calls.h"
#include "model/runtime_environment.h"

static bool is_installed(const json_t *runtimes, const char *name) {
    size_t index;
    json_t *runtime;

    json_array_foreach(runtimes, index, runtime) {
        if (text_equal(json_text(runtime, "runtimeEnvironment"), name)) return true;
    }
    return false;
}

// The default runtime if it is installed, or another one; NULL: none is installed.
static const char *find_installed(const json_t *runtimes) {
    const char *preferred = runtime_environment_name(RUNTIME_DEFAULT);

    if (is_installed(runtimes, preferred)) return preferred;
    return json_text(json_array_get(runtimes, 0), "runtimeEnvironment");
}

static bool not_installed(const char *name, struct error *err) {
    return error_set(err, ERROR_UNAVAILABLE,
                     "runtime %s is not installed: install it with `kobel runtime install %s`",
                     name, name);
}

// An application without state can move to another runtime.
static bool replace_runtime(struct run *run, const json_t *detail, const json_t *runtimes,
                            char out[static RUN_RUNTIME_SIZE], struct error *err) {
    const char *own = json_text_or(detail, "RuntimeEnvironment", "");
    const char *other = find_installed(runtimes);
    bool is_ready = text_equal(app_status_of(detail), "READY");
    char snapshot[SNAPSHOT_CALLS_NAME_SIZE] = "";

    if (!is_ready || other == NULL) return not_installed(own, err);
    if (!snapshots_newest(run->client, run->name, snapshot, sizeof snapshot, err)) return false;
    if (snapshot[0] != '\0') return not_installed(own, err);
    run_print(run, COLOUR_YELLOW, -1,
              "runtime %s is not installed; application %s has no state, so it gets %s", own,
              run->name, other);
    (void)text_copy(out, RUN_RUNTIME_SIZE, other);
    return true;
}

bool run_choose_runtime(struct run *run, const json_t *detail, char out[static RUN_RUNTIME_SIZE],
                        struct error *err) {
    AUTO(json_decref) json_t *status = NULL;
    const char *wanted = run->session->options.runtime;

    out[0] = '\0';
    if (!client_get(run->client, "/kobel/v1/status", 10000, &status, err)) return false;
    const json_t *runtimes = json_member(status, "runtimes");
    if (wanted != NULL && !is_installed(runtimes, wanted)) return not_installed(wanted, err);
    if (wanted != NULL) return text_copy(out, RUN_RUNTIME_SIZE, wanted);
    if (detail != NULL && is_installed(runtimes, json_text_or(detail, "RuntimeEnvironment", "")))
        return true;
    if (detail != NULL) return replace_runtime(run, detail, runtimes, out, err);
    const char *chosen = find_installed(runtimes);
    if (chosen == NULL) return not_installed(runtime_environment_name(RUNTIME_DEFAULT), err);
    return text_copy(out, RUN_RUNTIME_SIZE, chosen);
}

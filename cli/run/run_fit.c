#include "cli/run/run_fit.h"

#include "base/memory.h"
#include "base/random_id.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "cli/client/app_calls.h"

enum { ASK_TIMEOUT_MS = 30000 };

static void print_misfit(struct run *run, const json_t *fit) {
    const char *member =
        run->session->options.allows_non_restored ? "canRestoreWithNonRestoredState" : "canRestore";
    size_t index;
    json_t *line;

    if (fit == NULL || json_bool_or(fit, member, true)) return;
    run_print(run, COLOUR_RED, -1, "the changed program does not take the state of the job:");
    json_array_foreach(json_member(fit, "explanations"), index, line) {
        run_print(run, COLOUR_RED, -1, "%s", json_string_value(line));
    }
}

// The application of the question has no job and no state.
static void remove_application(struct run *run, const char *name, const json_t *created) {
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = app_request(name);

    json_put_copy(request, "CreateTimestamp",
                  json_path(created, "ApplicationDetail", "CreateTimestamp", NULL));
    error_ignore(client_call(run->client, "DeleteApplication", request, &reply, NULL));
}

void run_fit_check(struct run *run, const struct run_target *target, const char *runtime) {
    AUTO(json_decref) json_t *created = NULL;
    AUTO(json_decref) json_t *shown = NULL;
    AUTO(memory_free) char *owner = sigv4_escape(run->name, false);
    AUTO(memory_free) char *rest = memory_format("/state?fit=true&of=%s", owner);
    struct run_target trial = *target;
    char name[40];
    char random[13];
    struct error ignored;

    random_id_hex(random, sizeof random - 1);
    (void)text_format(name, sizeof name, "kobel-run-check-%s", random);
    trial.name = name;
    trial.keeps_few = false;
    if (trial.runtime == NULL) trial.runtime = runtime;
    if (!client_call(run->client, "CreateApplication", run_create_request(&trial), &created, NULL))
        return;
    if (app_get(run->client, name, rest, ASK_TIMEOUT_MS, &shown, &ignored))
        print_misfit(run, json_member(shown, "fit"));
    remove_application(run, name, created);
}

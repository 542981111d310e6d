#include "cli/client/downtime_hint.h"

#include "base/text.h"
#include "cli/client/app_calls.h"

#include <string.h>
#include <unistd.h>

enum { ASK_TIMEOUT_MS = 10000 };
// Of the service's own text.
static const char DOWNTIME[] = "experiencing downtime";

// Of a job that is not in a loop so far, what Flink reports.
static const char *reason_of(const json_t *shown) {
    const char *failure = json_text_or(json_member(shown, "current"), "failure", "");

    return json_text_or(shown, "trouble", failure);
}

void downtime_hint_print(const struct session *session, const struct error *err) {
    const struct terminal out = terminal_of(STDERR_FILENO);
    AUTO(json_decref) json_t *shown = NULL;
    struct error ignored;

    if (strstr(err->message, DOWNTIME) == NULL) return;
    if (!app_get(session->client, session->app_name, "", ASK_TIMEOUT_MS, &shown, &ignored)) return;
    const char *reason = reason_of(shown);
    terminal_print(&out, COLOUR_YELLOW,
                   "hint: %s%s`kobel stop %s --force` keeps the newest checkpoint. Then update the "
                   "code and start the application, which continues from it, or use `kobel restore "
                   "%s SNAPSHOT`.",
                   reason, reason[0] == '\0' ? "" : ". ", session->app_name, session->app_name);
    (void)fputc('\n', stderr);
}

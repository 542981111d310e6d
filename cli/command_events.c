// events: the history of an application.
#include "base/memory.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/commands.h"

#include <string.h>

enum { WAIT_S = 20 };

static enum colour colour_of(const char *kind, const char *message) {
    bool is_bad = strstr(message, "FAILED") != NULL || text_equal(kind, "recovery") ||
                  text_equal(kind, "restart");

    return is_bad ? COLOUR_RED : COLOUR_BOLD;
}

static void print_event(const struct session *session, const json_t *event) {
    const struct terminal *out = &session->out;
    const char *kind = json_text_or(event, "kind", "");
    const char *message = json_text_or(event, "message", "");
    char time[24];

    if (session->options.is_json) { // one in each line: there may be no last one
        AUTO(memory_free) char *text = json_print(event);
        terminal_print_json(out, text);
        (void)fputc('\n', out->file);
        return;
    }
    terminal_time(json_int_or(event, "atMs", 0), time);
    terminal_print(out, COLOUR_FAINT, "%s", time);
    terminal_print(out, COLOUR_PLAIN, "  ");
    terminal_print(out, colour_of(kind, message), "%-20s", kind);
    terminal_print(out, COLOUR_PLAIN, " %s", message);
    (void)fputc('\n', out->file);
}

bool command_events(struct session *session, struct error *err) {
    int64_t after = 0;
    int wait_s = 0;

    do {
        AUTO(json_decref) json_t *reply = NULL;
        AUTO(memory_free)
        char *what = memory_format("/events?after=%lld&wait=%d", (long long)after, wait_s);
        if (!app_get(session->client, session->app_name, what, (WAIT_S + 10) * 1000, &reply, err))
            return false;
        const json_t *events = json_member(reply, "events");
        for (size_t index = 0; index < json_array_size(events); index++) {
            const json_t *event = json_array_get(events, index);
            print_event(session, event);
            after = json_int_or(event, "sequence", after);
        }
        (void)fflush(stdout);
        // The list comes in pages: all of them are printed before the wait.
        if (json_array_size(events) == 0 && wait_s == 0) {
            if (!session->options.follows) return true;
            wait_s = WAIT_S;
        }
    } while (true);
}

#include "cli/client/session.h"

#include "base/clock.h"
#include "base/memory.h"

void session_print_json(const struct session *session, const json_t *value) {
    AUTO(memory_free) char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

    terminal_print_json(&session->out, text == NULL ? "null" : text);
    (void)fputc('\n', stdout);
}

void session_print_result(const struct session *session, const char *member, const char *subject,
                          int64_t since_us, const char *text, json_t *consumed) {
    AUTO(json_decref) json_t *result = consumed;
    int64_t duration_ms = (clock_monotonic_us() - since_us) / 1000;
    char duration[24];

    json_put_text(result, member, subject);
    json_put_int(result, "DurationMs", duration_ms);
    terminal_duration(duration_ms, duration);
    if (session->options.is_json) {
        session_print_json(session, result);
        return;
    }
    terminal_print(&session->out, COLOUR_PLAIN, "%s: %s (%s)", subject, text, duration);
    (void)fputc('\n', stdout);
}

void session_print_names(const struct session *session, const json_t *array, const char *member) {
    for (size_t index = 0; index < json_array_size(array); index++) {
        terminal_print(&session->out, COLOUR_PLAIN, "%s",
                       json_text_or(json_array_get(array, index), member, ""));
        (void)fputc('\n', stdout);
    }
}

#include "cli/client/session.h"

#include "base/memory.h"

void session_print_json(const struct session *session, const json_t *value) {
    AUTO(memory_free) char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

    terminal_print_json(&session->out, text == NULL ? "null" : text);
    (void)fputc('\n', stdout);
}

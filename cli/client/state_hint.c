#include "cli/client/state_hint.h"

#include <string.h>
#include <unistd.h>

void state_hint_print(const struct session *session, const struct error *err) {
    const struct terminal out = terminal_of(STDERR_FILENO);

    (void)session;
    if (strstr(err->message, "AllowNonRestoredState") == NULL) return;
    terminal_print(&out, COLOUR_YELLOW,
                   "hint: `kobel run --allow-non-restored-state` starts without the state that the "
                   "program does not take, `kobel run --fresh` without any.");
    (void)fputc('\n', stderr);
}

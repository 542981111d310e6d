#include "cli/rehearse/rehearsal_failure.h"

#include "base/text.h"

#include <string.h>

// As runtime/local/cluster_status.c writes it.
static const char LOGS[] = " (logs: ";

void rehearsal_failure_text(const char *failure, bool is_kept, char *out, size_t size_bytes) {
    const char *logs = strstr(failure, LOGS);
    const char *end = logs == NULL ? NULL : strchr(logs, ')');

    if (end == NULL || is_kept)
        (void)text_copy(out, size_bytes, failure);
    else
        (void)text_format(out, size_bytes, "%.*s (--keep keeps its logs)%s", (int)(logs - failure),
                          failure, end + 1);
}

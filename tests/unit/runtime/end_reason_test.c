// The reason why a process ended is an error, never the last thing that went well.
#include "runtime/end_reason.h"

#include "base/cleanup.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct {
    const char *tail;
    const char *reason;
} rows[] = {
    {"", ""},
    // A process that was killed: its last line says what went well (review, F).
    {"2026-11-28 08:00:00,123 INFO  o.a.f.r.e.ExecutionGraph [] - Source (1/1) switched from "
     "INITIALIZING to RUNNING.\n",
     ""},
    {"2026-11-28 08:00:00,123 ERROR o.a.f.r.ClusterEntrypoint [] - Fatal error occurred.\n"
     "2026-11-28 08:00:00,200 INFO  o.a.f.r.ClusterEntrypoint [] - Shutting down after an Error.\n",
     "2026-11-28 08:00:00,123 ERROR o.a.f.r.ClusterEntrypoint [] - Fatal error occurred."},
    {"Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space\n\tat "
     "a.B.c(B.java)\n"
     "    at a.B.d(B.java)\n",
     "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space"},
    {"Killed by the user\n", "Killed by the user"},
    {"bwrap: Can't set hostname\nand more\n", "bwrap: Can't set hostname"},
    {"Error: \xE4\xE4\n", "Error: \xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\xFF\xFE\x01\n", "\xEF\xBF\xBD\xEF\xBF\xBD\x01"},
};

Test(end_reason, is_the_newest_error) {
    char reason[200];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        end_reason_find(rows[index].tail, strlen(rows[index].tail), reason, sizeof reason);
        cr_expect(eq(str, reason, (char *)rows[index].reason));
    }
}

// The first review: 'Error: ä…' cut at 511 bytes ended the daemon.
Test(end_reason, is_cut_between_characters) {
    char tail[1200] = "Error: ";
    char reason[512];

    for (size_t at = strlen(tail); at + 2 < sizeof tail; at += 2)
        memcpy(tail + at, "\xC3\xA4", 2);
    for (size_t size = 1; size <= sizeof reason; size++) {
        end_reason_find(tail, strlen(tail), reason, size);
        cr_assert(utf8_is_valid(reason, strlen(reason)));
    }
}

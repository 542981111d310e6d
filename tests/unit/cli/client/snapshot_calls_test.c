// Which kind of snapshots an application takes.
#include "cli/client/snapshot_calls.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static bool is_enhanced(const char *mode_member) {
    char text[200];
    json_t *detail = NULL;
    struct error err;

    (void)snprintf(text, sizeof text,
                   "{\"ApplicationConfigurationDescription\":"
                   "{\"ApplicationSnapshotConfigurationDescription\":{%s}}}",
                   mode_member);
    cr_assert(json_parse(text, strlen(text), &detail, &err), "%s", err.message);
    bool result = snapshots_are_enhanced(detail);
    json_decref(detail);
    return result;
}

Test(snapshot_calls, the_mode_decides_about_the_kind) {
    cr_assert(is_enhanced("\"SnapshotMode\":\"ENHANCED_SNAPSHOTS\""));
    cr_assert(not(is_enhanced("\"SnapshotMode\":\"APPLICATION_SNAPSHOTS_LEGACY\"")));
    // A daemon from before the mode.
    cr_assert(not(is_enhanced("\"SnapshotsEnabled\":true")));
    cr_assert(not(snapshots_are_enhanced(NULL)));
}

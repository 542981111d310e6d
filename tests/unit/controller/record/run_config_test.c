// What a RunConfiguration asks for.
#include "controller/record/run_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

static bool read(const char *text, struct run_configuration *out_run) {
    AUTO(json_decref) json_t *wanted = NULL;

    cr_assert(json_parse(text, strlen(text), &wanted, &err), "%s", err.message);
    return run_config_read(wanted, out_run, &err);
}

Test(run_config, restores_the_latest_snapshot_by_default) {
    struct run_configuration run = {.restore_type = RESTORE_SKIP, .allow_non_restored_state = true};

    cr_assert(run_config_read(NULL, &run, &err));
    cr_assert(eq(int, run.restore_type, RESTORE_LATEST));
    cr_assert(not(run.allow_non_restored_state));
    cr_assert(read("{\"FlinkRunConfiguration\":{\"AllowNonRestoredState\":true}}", &run));
    cr_assert(eq(int, run.restore_type, RESTORE_LATEST));
    cr_assert(run.allow_non_restored_state);
}

Test(run_config, names_a_snapshot_where_that_is_restored) {
    struct run_configuration run = {0};

    cr_assert(read("{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":"
                   "\"RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotName\":\"s\"}}",
                   &run));
    cr_assert(eq(int, run.restore_type, RESTORE_CUSTOM));
    cr_assert(eq(str, run.snapshot_name, "s"));
    cr_assert(not(read("{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":"
                       "\"RESTORE_FROM_CUSTOM_SNAPSHOT\"}}",
                       &run)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    // A name that is not used is not recorded.
    cr_assert(read("{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":"
                   "\"SKIP_RESTORE_FROM_SNAPSHOT\",\"SnapshotName\":\"s\"}}",
                   &run));
    cr_assert(eq(int, run.restore_type, RESTORE_SKIP));
    cr_assert(eq(str, run.snapshot_name, ""));
}

Test(run_config, refuses_what_is_for_sql_applications) {
    struct run_configuration run = {0};

    cr_assert(not(read("{\"SqlRunConfigurations\":[{}]}", &run)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(read("{\"SqlRunConfigurations\":[]}", &run));
}

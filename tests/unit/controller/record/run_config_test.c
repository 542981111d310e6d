// What a RunConfiguration asks for.
#include "controller/record/run_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static const struct app_scope scope = {"123456789012", "us-east-1"};
static struct error err;

static bool read(const char *text, struct run_configuration *out_run) {
    AUTO(json_decref) json_t *wanted = NULL;

    cr_assert(json_parse(text, strlen(text), &wanted, &err), "%s", err.message);
    return run_config_read(wanted, &scope, false, out_run, &err);
}

Test(run_config, restores_the_latest_snapshot_by_default) {
    struct run_configuration run = {.restore_type = RESTORE_SKIP, .allow_non_restored_state = true};

    cr_assert(run_config_read(NULL, &scope, false, &run, &err));
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

#define ARN "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/s"

struct row {
    bool uses_enhanced;
    char type[40];
    char name[8];      // "" = none
    char arn[80];      // "" = none
    char recorded[24]; // "-" = refused
};

// clang-format off
static struct row rows[] = {
    {false, "RESTORE_FROM_CUSTOM_SNAPSHOT", "s", "",  "s"},
    {false, "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  ARN, "-"},
    {false, "RESTORE_FROM_CUSTOM_SNAPSHOT", "s", ARN, "-"},
    {false, "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "",  "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  ARN, "snapshot/s"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "s", "",  "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "s", ARN, "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "",  "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "s", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  ARN "/t", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "arn:aws:kinesisanalytics:us-east-1:210987654321:snapshot/s", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "arn:aws:kinesisanalytics:eu-west-1:123456789012:snapshot/s", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "arn:aws-cn:kinesisanalytics:us-east-1:123456789012:snapshot/s", "-"},
    {true,  "RESTORE_FROM_CUSTOM_SNAPSHOT", "",  "arn:aws:kinesisanalytics:us-east-1:123456789012:application/s", "-"},
    {true,  "RESTORE_FROM_LATEST_SNAPSHOT", "s", "x", ""},
    {false, "SKIP_RESTORE_FROM_SNAPSHOT",   "s", ARN, ""},
};
// clang-format on

ParameterizedTestParameters(run_config, names_a_snapshot_as_the_mode_does) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, run_config, names_a_snapshot_as_the_mode_does) {
    AUTO(json_decref) json_t *wanted = json_new_object();
    json_t *restore = json_new_object();
    struct run_configuration run = {0};

    json_put_text(restore, "ApplicationRestoreType", row->type);
    if (row->name[0] != '\0') json_put_text(restore, "SnapshotName", row->name);
    if (row->arn[0] != '\0') json_put_text(restore, "SnapshotArn", row->arn);
    json_put(wanted, "ApplicationRestoreConfiguration", restore);
    bool is_read = run_config_read(wanted, &scope, row->uses_enhanced, &run, &err);
    cr_assert(is_read == (row->recorded[0] != '-'), "%s %s", row->name, row->arn);
    if (is_read)
        cr_assert(eq(str, run.snapshot_name, row->recorded));
    else
        cr_assert(eq(int, err.kind, ERROR_INVALID));
}

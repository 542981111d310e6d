// Which applications may use enhanced snapshots (facts/api.md 12.7).
#include "controller/record/app_config.h"
#include "controller/record/app_rules.h"
#include "model/record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#define LEGACY   "APPLICATION_SNAPSHOTS_LEGACY"
#define ENHANCED "ENHANCED_SNAPSHOTS"

struct row {
    char runtime[16];
    char mode[32];           // of the creation; "" = none
    char runtime_update[16]; // "" = none
    char mode_update[32];    // "" = none; "-" = no update
    bool is_refused;
};

// clang-format off
static struct row rows[] = {
    {"FLINK-1_20", "",       "",           "-",      false},
    {"FLINK-1_20", ENHANCED, "",           "-",      false},
    {"FLINK-2_2",  ENHANCED, "",           "-",      false},
    {"FLINK-1_19", ENHANCED, "",           "-",      true},
    {"FLINK-1_19", LEGACY,   "",           "-",      false},
    {"FLINK-1_20", LEGACY,   "",           ENHANCED, false},
    {"FLINK-1_20", ENHANCED, "",           ENHANCED, false},
    {"FLINK-1_20", "",       "",           LEGACY,   false},
    {"FLINK-1_20", ENHANCED, "",           LEGACY,   true},
    {"FLINK-1_20", ENHANCED, "",           "",       false},
    {"FLINK-1_19", LEGACY,   "",           ENHANCED, true},
    {"FLINK-1_19", LEGACY,   "FLINK-1_20", ENHANCED, true},
    {"FLINK-1_20", LEGACY,   "FLINK-1_19", ENHANCED, true},
    {"FLINK-1_20", ENHANCED, "FLINK-1_19", "",       true},
    {"FLINK-1_20", ENHANCED, "FLINK-2_2",  "",       false},
};
// clang-format on

static json_t *creation_of(const struct row *row) {
    json_t *request =
        json_pack("{s:s,s:s}", "RuntimeEnvironment", row->runtime, "ApplicationName", "a");

    if (row->mode[0] != '\0')
        json_put(request, "ApplicationConfiguration",
                 json_pack("{s:{s:b,s:s}}", "ApplicationSnapshotConfiguration", "SnapshotsEnabled",
                           1, "SnapshotMode", row->mode));
    return request;
}

static json_t *update_of(const struct row *row) {
    json_t *request = json_new_object();
    json_t *block = json_pack("{s:b}", "SnapshotsEnabledUpdate", 0);

    if (row->runtime_update[0] != '\0')
        json_put_text(request, "RuntimeEnvironmentUpdate", row->runtime_update);
    if (row->mode_update[0] != '\0') json_put_text(block, "SnapshotModeUpdate", row->mode_update);
    json_put(request, "ApplicationConfigurationUpdate",
             json_pack("{s:o}", "ApplicationSnapshotConfigurationUpdate", block));
    return request;
}

ParameterizedTestParameters(snapshot_mode_rules, say_who_may_use_enhanced_snapshots) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, snapshot_mode_rules, say_who_may_use_enhanced_snapshots) {
    AUTO(json_decref) json_t *creation = creation_of(row);
    AUTO(json_decref) json_t *update = update_of(row);
    struct error err = {0};
    bool is_allowed;

    if (row->mode_update[0] == '-') {
        is_allowed = app_rules_check_create(creation, &APP_LIMITS_DEFAULT, &err);
    } else {
        AUTO(json_decref) json_t *config = app_config_create(creation, NULL);
        is_allowed = app_rules_check_update(config, update, false, &err);
    }
    cr_assert(is_allowed != row->is_refused, "%s %s, %s %s: %s", row->runtime, row->mode,
              row->runtime_update, row->mode_update, err.message);
    if (row->is_refused) cr_assert(eq(int, err.kind, ERROR_INVALID));
}

static const char *mode_after(const struct row *row, bool *out_is_enabled) {
    AUTO(json_decref) json_t *creation = creation_of(row);
    AUTO(json_decref) json_t *update = update_of(row);
    AUTO(json_decref) json_t *config = app_config_create(creation, NULL);
    AUTO(json_decref) json_t *next = NULL;
    struct error err = {0};

    cr_assert(app_config_update(config, update, NULL, &next, &err), "%s", err.message);
    *out_is_enabled = json_bool_or(record_snapshots(next), "SnapshotsEnabled", true);
    return record_uses_enhanced_snapshots(next) ? ENHANCED : LEGACY;
}

Test(snapshot_mode_rules, an_update_without_a_mode_leaves_it) {
    static const struct row enhanced = {.runtime = "FLINK-1_20", .mode = ENHANCED};
    static const struct row legacy = {.runtime = "FLINK-1_20"};
    static const struct row change = {.runtime = "FLINK-1_20", .mode_update = ENHANCED};
    bool is_enabled;

    cr_assert(eq(str, (char *)mode_after(&enhanced, &is_enabled), ENHANCED));
    cr_assert(not(is_enabled));
    cr_assert(eq(str, (char *)mode_after(&legacy, &is_enabled), LEGACY));
    cr_assert(eq(str, (char *)mode_after(&change, &is_enabled), ENHANCED));
}

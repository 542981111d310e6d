#include "model/runtime_environment.h"

#include <stddef.h>
#include <string.h>

// clang-format off
static const struct {
    const char *name;
    enum runtime_family family;
    const char *flink_version; // NULL: kobel does not run it
    bool is_retired;           // facts/api.md 5.1: refused at creation
} table[RUNTIME_COUNT] = {
    [RUNTIME_SQL_1_0]      = {"SQL-1_0",            RUNTIME_FAMILY_SQL,    NULL,     true},
    [RUNTIME_FLINK_1_6]    = {"FLINK-1_6",          RUNTIME_FAMILY_FLINK,  NULL,     true},
    [RUNTIME_FLINK_1_8]    = {"FLINK-1_8",          RUNTIME_FAMILY_FLINK,  NULL,     true},
    [RUNTIME_ZEPPELIN_1_0] = {"ZEPPELIN-FLINK-1_0", RUNTIME_FAMILY_STUDIO, NULL,     false},
    [RUNTIME_FLINK_1_11]   = {"FLINK-1_11",         RUNTIME_FAMILY_FLINK,  NULL,     true},
    [RUNTIME_FLINK_1_13]   = {"FLINK-1_13",         RUNTIME_FAMILY_FLINK,  NULL,     true},
    [RUNTIME_ZEPPELIN_2_0] = {"ZEPPELIN-FLINK-2_0", RUNTIME_FAMILY_STUDIO, NULL,     false},
    [RUNTIME_FLINK_1_15]   = {"FLINK-1_15",         RUNTIME_FAMILY_FLINK,  "1.15.2", false},
    [RUNTIME_ZEPPELIN_3_0] = {"ZEPPELIN-FLINK-3_0", RUNTIME_FAMILY_STUDIO, NULL,     false},
    [RUNTIME_FLINK_1_18]   = {"FLINK-1_18",         RUNTIME_FAMILY_FLINK,  "1.18.1", false},
    [RUNTIME_FLINK_1_19]   = {"FLINK-1_19",         RUNTIME_FAMILY_FLINK,  "1.19.1", false},
    [RUNTIME_FLINK_1_20]   = {"FLINK-1_20",         RUNTIME_FAMILY_FLINK,  "1.20.3", false},
    [RUNTIME_FLINK_2_2]    = {"FLINK-2_2",          RUNTIME_FAMILY_FLINK,  "2.2.0",  false},
};
// clang-format on

const char *runtime_environment_name(enum runtime_environment runtime) {
    return table[runtime].name;
}

bool runtime_environment_from_name(const char *name, enum runtime_environment *out_runtime) {
    if (name == NULL) return false;
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        if (strcmp(table[index].name, name) != 0) continue;
        *out_runtime = (enum runtime_environment)index;
        return true;
    }
    return false;
}

enum runtime_family runtime_environment_family(enum runtime_environment runtime) {
    return table[runtime].family;
}

const char *runtime_environment_flink_version(enum runtime_environment runtime) {
    return table[runtime].flink_version;
}

bool runtime_environment_is_retired(enum runtime_environment runtime) {
    return table[runtime].is_retired;
}

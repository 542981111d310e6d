#include "model/runtime_environment.h"

#include "base/names.h"
#include "base/text.h"

#include <string.h>

static const char OLD_CONF[] = "flink-conf.yaml";
static const char CONF[] = "config.yaml";

// clang-format off
static const struct {
    const char *name;
    enum runtime_family family;
    bool is_retired; // facts/api.md 5.1: refused at creation
    // Where kobel does not run it, all of these are 0.
    const char *flink_version;
    int download_mb;
    int java;
    int python_minor;
    const char *conf_file;
    bool has_program_config;
    bool has_run_conf;
    bool has_job_conf;
    bool has_watermark_buffer;
    const char *claim_key;
} table[RUNTIME_COUNT] = {
    [RUNTIME_SQL_1_0]      = {"SQL-1_0",            RUNTIME_FAMILY_SQL,    true,  NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_6]    = {"FLINK-1_6",          RUNTIME_FAMILY_FLINK,  true,  NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_8]    = {"FLINK-1_8",          RUNTIME_FAMILY_FLINK,  true,  NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_ZEPPELIN_1_0] = {"ZEPPELIN-FLINK-1_0", RUNTIME_FAMILY_STUDIO, false, NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_11]   = {"FLINK-1_11",         RUNTIME_FAMILY_FLINK,  true,  NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_13]   = {"FLINK-1_13",         RUNTIME_FAMILY_FLINK,  true,  NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_ZEPPELIN_2_0] = {"ZEPPELIN-FLINK-2_0", RUNTIME_FAMILY_STUDIO, false, NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_15]   = {"FLINK-1_15",         RUNTIME_FAMILY_FLINK,  false, "1.15.2", 234, 11, 8,  OLD_CONF, false, false, false, false, "restoreMode"},
    [RUNTIME_ZEPPELIN_3_0] = {"ZEPPELIN-FLINK-3_0", RUNTIME_FAMILY_STUDIO, false, NULL,     0,   0, 0,  NULL,     false, false, false, false, NULL},
    [RUNTIME_FLINK_1_18]   = {"FLINK-1_18",         RUNTIME_FAMILY_FLINK,  false, "1.18.1", 231, 11, 10, OLD_CONF, false, true,  false, false, "restoreMode"},
    [RUNTIME_FLINK_1_19]   = {"FLINK-1_19",         RUNTIME_FAMILY_FLINK,  false, "1.19.1", 231, 11, 11, CONF,     true,  true,  false, false, "restoreMode"},
    [RUNTIME_FLINK_1_20]   = {"FLINK-1_20",         RUNTIME_FAMILY_FLINK,  false, "1.20.3", 232, 11, 11, CONF,     true,  true,  true,  false, "claimMode"},
    [RUNTIME_FLINK_2_2]    = {"FLINK-2_2",          RUNTIME_FAMILY_FLINK,  false, "2.2.0",  312, 17, 12, CONF,     true,  true,  true,  false, "claimMode"},
    [RUNTIME_FLINK_2_3]    = {"FLINK-2_3",          RUNTIME_FAMILY_FLINK,  false, "2.3.0",  329, 17, 12, CONF,     true,  true,  true,  true,  "claimMode"},
};
// clang-format on
DEFINE_NAMES_OF_COLUMN(runtime_environment, enum runtime_environment, table, name);

enum runtime_family runtime_environment_family(enum runtime_environment runtime) {
    return table[runtime].family;
}

bool runtime_environment_is_retired(enum runtime_environment runtime) {
    return table[runtime].is_retired;
}

bool runtime_environment_reads(enum runtime_environment runtime, enum runtime_environment other) {
    // Flink 1.18 and later do not read what is older than 1.9.
    bool is_too_old =
        (other == RUNTIME_FLINK_1_6 || other == RUNTIME_FLINK_1_8) && runtime >= RUNTIME_FLINK_1_18;

    return other <= runtime && !is_too_old;
}

bool runtime_environment_has_enhanced_snapshots(enum runtime_environment runtime) {
    return table[runtime].family == RUNTIME_FAMILY_FLINK && runtime >= RUNTIME_FLINK_1_20;
}

const char *runtime_environment_flink_version(enum runtime_environment runtime) {
    return table[runtime].flink_version;
}

int runtime_environment_download_mb(enum runtime_environment runtime) {
    return table[runtime].download_mb;
}

int runtime_environment_python_minor(enum runtime_environment runtime) {
    return table[runtime].python_minor;
}

bool runtime_environment_can_run(enum runtime_environment runtime) {
    return table[runtime].flink_version != NULL;
}

void runtime_environment_list(char out[static RUNTIME_ENVIRONMENT_LIST_SIZE]) {
    int last = RUNTIME_COUNT - 1;
    size_t used = 0;

    while (last > 0 && table[last].flink_version == NULL)
        last--;
    out[0] = '\0';
    for (int index = 0; index <= last; index++) {
        if (table[index].flink_version == NULL) continue;
        const char *separator = index == last ? " or " : ", ";
        (void)text_format(out + used, RUNTIME_ENVIRONMENT_LIST_SIZE - used, "%s%s",
                          used == 0 ? "" : separator, table[index].name);
        used += strlen(out + used);
    }
}

int runtime_environment_java(enum runtime_environment runtime) {
    return table[runtime].java;
}

const char *runtime_environment_conf_file(enum runtime_environment runtime) {
    return table[runtime].conf_file;
}

bool runtime_environment_has_program_config(enum runtime_environment runtime) {
    return table[runtime].has_program_config;
}

bool runtime_environment_has_run_conf(enum runtime_environment runtime) {
    return table[runtime].has_run_conf;
}

bool runtime_environment_has_job_conf(enum runtime_environment runtime) {
    return table[runtime].has_job_conf;
}

bool runtime_environment_has_watermark_buffer(enum runtime_environment runtime) {
    return table[runtime].has_watermark_buffer;
}

const char *runtime_environment_claim_key(enum runtime_environment runtime) {
    return table[runtime].claim_key;
}

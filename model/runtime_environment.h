// The service's runtime environments and what they mean here (facts/service.md 8.1).
#pragma once

#include <stdbool.h>

// In the order of the API model.
enum runtime_environment {
    RUNTIME_SQL_1_0,
    RUNTIME_FLINK_1_6,
    RUNTIME_FLINK_1_8,
    RUNTIME_ZEPPELIN_1_0,
    RUNTIME_FLINK_1_11,
    RUNTIME_FLINK_1_13,
    RUNTIME_ZEPPELIN_2_0,
    RUNTIME_FLINK_1_15,
    RUNTIME_ZEPPELIN_3_0,
    RUNTIME_FLINK_1_18,
    RUNTIME_FLINK_1_19,
    RUNTIME_FLINK_1_20,
    RUNTIME_FLINK_2_2,
    RUNTIME_COUNT,
};

enum runtime_family { RUNTIME_FAMILY_SQL, RUNTIME_FAMILY_STUDIO, RUNTIME_FAMILY_FLINK };

const char *runtime_environment_name(enum runtime_environment runtime); // "FLINK-1_20"
bool runtime_environment_from_name(const char *name, enum runtime_environment *out_runtime);
enum runtime_family runtime_environment_family(enum runtime_environment runtime);
// The Flink version that kobel installs for it ("1.20.3"); NULL where kobel does not run it. The
// patch level is the newest that fixes bugs of the service's own (1.20.0 there) without changing
// its behaviour.
const char *runtime_environment_flink_version(enum runtime_environment runtime);
// The service refuses to create applications of it today (retired runtimes and SQL).
bool runtime_environment_is_retired(enum runtime_environment runtime);

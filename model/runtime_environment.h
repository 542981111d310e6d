// The service's runtime environments, and what the Flink of each can do (facts/service.md 8.1).
#pragma once

#include <stdbool.h>

// In the order of the API model, in which newer versions of Flink come later.
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
    RUNTIME_FLINK_2_3,
    RUNTIME_COUNT,
};

// Used where the user names none.
#define RUNTIME_DEFAULT RUNTIME_FLINK_1_20

enum runtime_family { RUNTIME_FAMILY_SQL, RUNTIME_FAMILY_STUDIO, RUNTIME_FAMILY_FLINK };

const char *runtime_environment_name(enum runtime_environment value); // "FLINK-1_20"
bool runtime_environment_from_name(const char *name, enum runtime_environment *out_value);
enum runtime_family runtime_environment_family(enum runtime_environment runtime);
// The service refuses to create applications of it today (retired runtimes and SQL).
bool runtime_environment_is_retired(enum runtime_environment runtime);
// Can a job of `runtime` start from a snapshot that was taken by `other`? Both belong to
// RUNTIME_FAMILY_FLINK. (facts/service.md 8.2)
bool runtime_environment_reads(enum runtime_environment runtime, enum runtime_environment other);

// May an application of it use enhanced snapshots (facts/api.md 12.7)?
bool runtime_environment_has_enhanced_snapshots(enum runtime_environment runtime);

// --- those that kobel runs ---

// The Flink version that kobel installs for it ("1.20.3"); NULL where kobel does not run it. The
// patch level is the newest that fixes bugs of the service's own (1.20.0 there) without changing
// its behaviour.
const char *runtime_environment_flink_version(enum runtime_environment runtime);
// What kobel downloads for it, about, in millions of bytes.
int runtime_environment_download_mb(enum runtime_environment runtime);
bool runtime_environment_can_run(enum runtime_environment runtime);
// Their names: "FLINK-1_15, FLINK-1_18, FLINK-1_19 or FLINK-1_20", and so on.
#define RUNTIME_ENVIRONMENT_LIST_SIZE 200
void runtime_environment_list(char out[static RUNTIME_ENVIRONMENT_LIST_SIZE]);

// The Java version of the service's own workers: no class of a jar may be newer.
int runtime_environment_java(enum runtime_environment runtime);
// The N of Python 3.N, which the service has with it (facts/service.md 7.1). 0: kobel does not run
// it.
int runtime_environment_python_minor(enum runtime_environment runtime);
// Flink's configuration file in conf/: "config.yaml".
const char *runtime_environment_conf_file(enum runtime_environment runtime);
// Can Flink forbid main() to change settings (execution.program-config.*)?
bool runtime_environment_has_program_config(enum runtime_environment runtime);
// Does Flink buffer the watermarks that are aligned? The service switches that off
// (facts/service.md 5).
bool runtime_environment_has_watermark_buffer(enum runtime_environment runtime);
// Does a submission carry settings at all? Otherwise all of a job's settings are part of the
// cluster's configuration file, and the cluster fits no other job.
bool runtime_environment_has_run_conf(enum runtime_environment runtime);
// Does a submission carry the state backend and the place of the checkpoints? Otherwise they are
// part of the cluster's configuration file.
bool runtime_environment_has_job_conf(enum runtime_environment runtime);
// The member of a submission that says who owns the restored savepoint: "claimMode".
const char *runtime_environment_claim_key(enum runtime_environment runtime);

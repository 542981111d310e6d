// The installed Flink runtimes: one directory each in the runtimes directory. One without its facts
// file is not installed.
//
//   <runtimes>/FLINK-1_20/lib/*.jar  plugins/  primer.jar  inspector.jar  holder-1.jar
//   sql-driver-1.jar  jobmanager.jsa  taskmanager.jsa  runtime.json
//   python/  python-program-1.jar (installed_python.h)
//
// lib/ has KinesisAnalyticsRuntime, plugins/ the S3 file system.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "model/runtime_environment.h"
#include "runtime/installed/installed_python.h"

#define CATALOG_FACTS_FILE          "runtime.json"
#define CATALOG_PRIMER              "primer.jar"
#define CATALOG_INSPECTOR           "inspector.jar" // an earlier kobel installed none
#define CATALOG_HOLDER              "holder-1.jar"  // the same; a change of it gets the next number
#define CATALOG_SQL_DRIVER          "sql-driver-1.jar" // the same
#define CATALOG_JOBMANAGER_ARCHIVE  "jobmanager.jsa"
#define CATALOG_TASKMANAGER_ARCHIVE "taskmanager.jsa"
// The class KinesisAnalyticsRuntime, written for kobel. What is in lib/ decides whether the
// archives fit.
#define CATALOG_PROPERTIES "lib/aws-kinesisanalytics-runtime-kobel.jar"
// What lib/ must have. An earlier number in the facts file: `runtime install` installs it again.
enum { CATALOG_FORMAT = 2 };

struct installed_runtime {
    enum runtime_environment runtime;
    char flink_version[16];
    char directory[FILE_PATH_MAX];
    char *class_path;                       // jars of lib/ in a fixed order, ':' between; owned
    char jobmanager_archive[FILE_PATH_MAX]; // class-data archive; "" = there is none
    char taskmanager_archive[FILE_PATH_MAX];
    int64_t size_bytes; // without Python; 0 = was not recorded
    int format;         // CATALOG_FORMAT, or that of an earlier kobel: programs may miss classes
    struct installed_python python; // directory "" = there is none
    // The processes write the two archives when they end, instead of using them.
    bool makes_archives;
};
void installed_runtime_release(struct installed_runtime *runtime);
DEFINE_AUTO_STRUCT(installed_runtime_release, struct installed_runtime);

// ERROR_UNAVAILABLE: not installed; the text says which command installs it.
MUST_CHECK bool catalog_find(const char *runtimes_directory, enum runtime_environment runtime,
                             struct installed_runtime *out_runtime, struct error *err);

// The jars of a lib directory in their fixed order, ':' between. The caller frees it.
MUST_CHECK bool catalog_class_path(const char *lib_directory, char **out_class_path,
                                   struct error *err);

// [{"runtimeEnvironment": "FLINK-1_20", "flinkVersion": "1.20.3", "sizeBytes": n, "archives": true,
// "isOutdated": false, "python": "3.11"}], owned by the caller.
MUST_CHECK bool catalog_list(const char *runtimes_directory, json_t **out_runtimes,
                             struct error *err);
// Keeps the runtime from being removed until the descriptor is closed. `*held_fd` is -1 or the
// descriptor of an earlier call, which stays unless the runtime was installed again since.
// ERROR_UNAVAILABLE: it is not there.
MUST_CHECK bool catalog_hold(const char *runtimes_directory, enum runtime_environment runtime,
                             int *held_fd, struct error *err);
// ERROR_CONFLICT: a daemon holds it, and `by_force` is false. ERROR_NOT_FOUND.
MUST_CHECK bool catalog_remove(const char *runtimes_directory, enum runtime_environment runtime,
                               bool by_force, struct error *err);

// Where everything of an application lies on disk:
//
//   <data>/code/<sha256>
//   <data>/apps/<app>/checkpoints/<job>/chk-<n>/_metadata     Flink's
//   <data>/apps/<app>/snapshots/<name>/savepoint-…/_metadata  Flink's
//   <data>/apps/<app>/clusters/<cluster>/{conf,etc,log,work,jars}
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/app.h"

#define WORKSPACE_LOGS_KEPT 5 // directories of ended clusters that keep their logs, per application

struct workspace_paths {
    char cluster[FILE_PATH_MAX]; // .../clusters/<cluster>
    char conf[FILE_PATH_MAX];
    char etc[FILE_PATH_MAX]; // shown as /etc/flink
    char log[FILE_PATH_MAX];
    char work[FILE_PATH_MAX];      // Flink's working directory and temporary files
    char temporary[FILE_PATH_MAX]; // of programs: work, where a sandbox has no /tmp of its own
    char jars[FILE_PATH_MAX];      // web.upload.dir
    char upload[FILE_PATH_MAX];    // <jars>/flink-web-upload, where Flink looks for jars
    char checkpoints[FILE_PATH_MAX];
    char snapshots[FILE_PATH_MAX];
};

// The paths of one cluster; pure but for the length check.
MUST_CHECK bool workspace_paths_of(const char *data_directory, const char *app_id,
                                   const char *cluster_id, struct workspace_paths *out_paths,
                                   struct error *err);
MUST_CHECK bool workspace_make(const struct workspace_paths *paths, struct error *err);

// Leaves of an ended cluster only its logs, and of those only the newest WORKSPACE_LOGS_KEPT.
MUST_CHECK bool workspace_retire(const char *data_directory, const char *app_id,
                                 const char *cluster_id, struct error *err);
// A spare that was claimed can be found by the id that it has now, too.
MUST_CHECK bool workspace_name_spare(const char *data_directory, const char *app_id,
                                     const char *cluster_id, const char *directory_id,
                                     struct error *err);
// The same for every cluster of every application: what a daemon that died left behind.
MUST_CHECK bool workspace_clean(const char *data_directory, struct error *err);

// The directory of the newest checkpoint of a job that is complete (has its _metadata).
bool workspace_find_checkpoint(const char *data_directory, const char *app_id, const char *job_id,
                               char out_path[static FILE_PATH_MAX]);
// Where the savepoint of a snapshot is made.
MUST_CHECK bool workspace_snapshot_directory(const char *data_directory, const char *app_id,
                                             const char *snapshot_name,
                                             char out_path[static FILE_PATH_MAX],
                                             struct error *err);
// The directory of the complete savepoint of a snapshot.
bool workspace_find_savepoint(const char *data_directory, const char *app_id,
                              const char *snapshot_name, char out_path[static FILE_PATH_MAX]);
// *out_removed: how many jobs' checkpoints there were.
MUST_CHECK bool workspace_prune_checkpoints(const char *data_directory, const char *app_id,
                                            const char *keep_job_id, int *out_removed,
                                            struct error *err);
MUST_CHECK bool workspace_remove_snapshot(const char *data_directory, const char *app_id,
                                          const char *snapshot_name, struct error *err);
MUST_CHECK bool workspace_erase(const char *data_directory, const char *app_id, struct error *err);

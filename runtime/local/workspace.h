// Where everything of an application lies on disk:
//
//   <data>/apps/<app>/checkpoints/<job>/chk-<n>/_metadata     Flink's
//   <data>/apps/<app>/snapshots/<name>/<trigger>/savepoint-…/_metadata  Flink's; an earlier kobel
//                                                             had no <trigger>
//   <data>/apps/<app>/clusters/<cluster>/{conf,etc,log,work,jars}
//   <data>/spares/<spare>/{conf,etc,log,work,jars}            of a cluster that was launched before
//                                                             anybody asked; once it is claimed,
//                                                             the application's cluster is a link
//                                                             to it
//
// What is removed goes to <data>/trash (runtime/host/trash.h) and is gone from here at once.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/app.h"
#include "runtime/state_files.h"

// What of it a job may write to, and so rename and replace what lies in it: `log`, `work` and
// `jars` of its clusters, its `checkpoints` and `snapshots`. These themselves it cannot replace:
// they are mount points in a sandbox, or Landlock keeps what they lie in. Whatever lies below them
// is reached by base/file_inside.h, from the directory of the cluster or of the application, by
// these:
#define WORKSPACE_LOG    "log"
#define WORKSPACE_UPLOAD "jars/flink-web-upload" // where Flink looks for jars

// What it may not write to.
#define WORKSPACE_CONF       "conf"
#define WORKSPACE_ETC        "etc"
#define WORKSPACE_PROPERTIES "application_properties.json" // in `etc`

#define WORKSPACE_LOGS_KEPT 5 // directories of ended clusters that keep their logs, per application

struct workspace_paths {
    char cluster[FILE_PATH_MAX]; // .../clusters/<cluster>
    char conf[FILE_PATH_MAX];
    char etc[FILE_PATH_MAX]; // shown as /etc/flink
    char log[FILE_PATH_MAX];
    char work[FILE_PATH_MAX];      // Flink's working directory and temporary files
    char temporary[FILE_PATH_MAX]; // of programs: work, where a sandbox has no /tmp of its own
    char jars[FILE_PATH_MAX];      // web.upload.dir
    char checkpoints[FILE_PATH_MAX];
    char snapshots[FILE_PATH_MAX];
};

// The paths of one cluster; pure but for the length check.
MUST_CHECK bool workspace_paths_of(const char *data_directory, const char *app_id,
                                   const char *cluster_id, struct workspace_paths *out_paths,
                                   struct error *err);
// The parts of it: what lies in the directory of a cluster, and what lasts longer than one.
MUST_CHECK bool workspace_paths_in(const char *cluster, struct workspace_paths *out_paths,
                                   struct error *err);
MUST_CHECK bool workspace_paths_add_state(const char *data_directory, const char *app_id,
                                          struct workspace_paths *paths, struct error *err);
// A path as Flink takes it: "file:///...". The caller frees it.
char *workspace_uri(const char *path);
// Leaves out what has no path.
MUST_CHECK bool workspace_make(const struct workspace_paths *paths, struct error *err);

// Leaves of an ended cluster only its logs, and of those only the newest WORKSPACE_LOGS_KEPT.
MUST_CHECK bool workspace_retire(const char *data_directory, const char *app_id,
                                 const char *cluster_id, struct error *err);
// <data>/spares, or <data>/apps/.spares where <data>/apps lies on another file system.
MUST_CHECK bool workspace_spares_directory(const char *data_directory,
                                           char out_path[static FILE_PATH_MAX], struct error *err);
// The paths of a spare for whoever comes; of an application's own with its checkpoints and
// snapshots when `app_id` is not "".
MUST_CHECK bool workspace_spare_paths_of(const char *data_directory, const char *spare_id,
                                         const char *app_id, struct workspace_paths *out_paths,
                                         struct error *err);
// A spare becomes an application's cluster: from now on its paths are workspace_paths_of() that.
// Makes what is missing.
MUST_CHECK bool workspace_claim_spare(const char *data_directory, const char *spare_id,
                                      const char *app_id, const char *cluster_id,
                                      struct error *err);
// What was a spare has ended: its directory takes the place of the link. Nothing to do is a
// success.
MUST_CHECK bool workspace_settle_spare(const char *data_directory, const char *app_id,
                                       const char *cluster_id, struct error *err);
// Nobody has claimed it.
MUST_CHECK bool workspace_remove_spare(const char *data_directory, const char *spare_id,
                                       struct error *err);
// workspace_settle_spare() for each cluster of an application; one does not keep the others.
MUST_CHECK bool workspace_settle_spares(const char *data_directory, const char *app_id,
                                        struct error *err);
// The same for every cluster of every application, of which only logs are left: what a daemon that
// died left behind. What cannot be removed does not keep the rest; false then, with one reason, and
// the next start tries again.
MUST_CHECK bool workspace_clean(const char *data_directory, struct error *err);

// The directory of the newest checkpoint of a job that is complete (has its _metadata).
bool workspace_find_checkpoint(const char *data_directory, const char *app_id, const char *job_id,
                               char out_path[static FILE_PATH_MAX]);
// Where the savepoint of a snapshot is made: a name may be used again, a trigger is not.
MUST_CHECK bool workspace_snapshot_directory(const char *data_directory, const char *app_id,
                                             const char *snapshot_name, const char *trigger_id,
                                             char out_path[static FILE_PATH_MAX],
                                             struct error *err);
// The same, and makes it.
MUST_CHECK bool workspace_make_snapshot_directory(const char *data_directory, const char *app_id,
                                                  const char *snapshot_name, const char *trigger_id,
                                                  char out_path[static FILE_PATH_MAX],
                                                  struct error *err);
// The directory of the complete savepoint of a snapshot.
bool workspace_find_savepoint(const char *data_directory, const char *app_id,
                              const struct snapshot *snapshot, char out_path[static FILE_PATH_MAX]);
// *out_removed: how many jobs' checkpoints were not needed. What cannot be removed does not keep
// the rest; false then, with one reason, and the next pruning tries again.
MUST_CHECK bool workspace_prune_checkpoints(const char *data_directory, const char *app_id,
                                            state_files_need_fn *is_needed, void *userdata,
                                            int *out_removed, struct error *err);
// Removes the directory of its trigger, and its location where that is another, of an earlier
// kobel. Nothing outside the application's snapshots.
MUST_CHECK bool workspace_remove_snapshot(const char *data_directory, const char *app_id,
                                          const struct snapshot *snapshot, struct error *err);
MUST_CHECK bool workspace_erase(const char *data_directory, const char *app_id, struct error *err);

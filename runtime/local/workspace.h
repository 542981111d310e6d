// Where everything of an application lies on disk:
//
//   <data>/apps/<app>/checkpoints/<job>/chk-<n>/_metadata     Flink's
//   <data>/apps/<app>/snapshots/<name>/<trigger>/savepoint-…/_metadata  Flink's; an earlier kobel
//                                                             had no <trigger>
//   <data>/apps/.snapshots/<id>/_metadata                     an enhanced snapshot
//   <data>/apps/<app>/clusters/<cluster>/{conf,etc,log,work,jars}
//   <data>/spares/<spare>/{conf,etc,log,work,jars}            of a spare; once it is claimed, the
//                                                             application's cluster is a link to it
//
// What is removed goes to <data>/trash (runtime/host/trash.h) and is gone from here at once.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/app.h"

// A job may write to `log`, `work` and `jars` of its clusters, to its `checkpoints` and
// `snapshots`, and so replace what lies in them. It cannot replace these directories themselves:
// they are mount points in a sandbox, or Landlock protects their parents. So everything below them
// is opened by base/file_inside.h, from the directory of the cluster or of the application.
#define WORKSPACE_LOG    "log"
#define WORKSPACE_UPLOAD "jars/flink-web-upload" // where Flink looks for jars

// No job writes to these.
#define WORKSPACE_CONF       "conf"
#define WORKSPACE_ETC        "etc"
#define WORKSPACE_PROPERTIES "application_properties.json" // in `etc`
#define WORKSPACE_PACKAGES   "python" // of the data directory: packages of programs in Python

struct workspace_paths {
    char cluster[FILE_PATH_MAX]; // .../clusters/<cluster>
    char conf[FILE_PATH_MAX];
    char etc[FILE_PATH_MAX]; // shown as /etc/flink
    char log[FILE_PATH_MAX];
    char work[FILE_PATH_MAX];      // Flink's working directory and temporary files
    char temporary[FILE_PATH_MAX]; // of programs: /tmp, or `work` where a sandbox has no /tmp
    char jars[FILE_PATH_MAX];      // web.upload.dir
    char checkpoints[FILE_PATH_MAX];
    char snapshots[FILE_PATH_MAX];
    char shared_snapshots[FILE_PATH_MAX]; // of all applications: runtime/local/snapshot_files.h
    char packages[FILE_PATH_MAX];         // <data>/python, of all: runtime/local/python_stage.h
};

// <data>/apps/<app>/clusters
MUST_CHECK bool workspace_clusters_directory(const char *data_directory, const char *app_id,
                                             char out_path[static FILE_PATH_MAX],
                                             struct error *err);
// The paths of one cluster; pure but for the length check.
MUST_CHECK bool workspace_paths_of(const char *data_directory, const char *app_id,
                                   const char *cluster_id, struct workspace_paths *out_paths,
                                   struct error *err);
// The parts of it: what lies in the directory of a cluster, and what outlives a cluster.
MUST_CHECK bool workspace_paths_in(const char *cluster, struct workspace_paths *out_paths,
                                   struct error *err);
MUST_CHECK bool workspace_paths_add_state(const char *data_directory, const char *app_id,
                                          struct workspace_paths *paths, struct error *err);
// A path in the form that Flink expects: "file:///...". The caller frees it.
char *workspace_uri(const char *path);
// Makes the directories of a cluster. A path of "" is skipped.
MUST_CHECK bool workspace_make(const struct workspace_paths *paths, struct error *err);

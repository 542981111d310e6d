// What an application has on disk, whether it has a cluster or not: see runtime/state_files.h, and
// workspace.h for the places.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/snapshot.h"
#include "runtime/state_files.h"

// The directory of the newest checkpoint of a job that is complete (has its _metadata).
bool app_files_find_checkpoint(const char *data_directory, const char *app_id, const char *job_id,
                               char out_path[static FILE_PATH_MAX]);
// Where the savepoint of a snapshot is made: a name may be used again, a trigger is not.
MUST_CHECK bool app_files_snapshot_directory(const char *data_directory, const char *app_id,
                                             const char *snapshot_name, const char *trigger_id,
                                             char out_path[static FILE_PATH_MAX],
                                             struct error *err);
// The same, and makes it.
MUST_CHECK bool app_files_make_snapshot_directory(const char *data_directory, const char *app_id,
                                                  const char *snapshot_name, const char *trigger_id,
                                                  char out_path[static FILE_PATH_MAX],
                                                  struct error *err);
// The directory of the complete savepoint of a snapshot.
bool app_files_find_savepoint(const char *data_directory, const char *app_id,
                              const struct snapshot *snapshot, char out_path[static FILE_PATH_MAX]);
// Splits the path of a restore point: the directory of its application, or that of the enhanced
// snapshots, and the rest. ERROR_NOT_FOUND: it is in none of these.
MUST_CHECK bool app_files_locate(const char *data_directory, const char *path,
                                 char out_root[static FILE_PATH_MAX],
                                 char out_relative[static FILE_PATH_MAX], struct error *err);
// *out_removed: how many jobs' checkpoints were not needed. What cannot be removed does not keep
// the rest; false then, with one reason, and the next pruning tries again.
MUST_CHECK bool app_files_prune_checkpoints(const char *data_directory, const char *app_id,
                                            state_files_need_fn *is_needed, void *userdata,
                                            int *out_removed, struct error *err);
// Removes the directory of its trigger, and its location where that is another one, of an earlier
// kobel. Nothing outside the application's snapshots.
MUST_CHECK bool app_files_remove_snapshot(const char *data_directory, const char *app_id,
                                          const struct snapshot *snapshot, struct error *err);
// Removes all that the application has on disk.
MUST_CHECK bool app_files_erase(const char *data_directory, const char *app_id, struct error *err);

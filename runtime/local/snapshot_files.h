// The files of enhanced snapshots, each in <data>/apps/.snapshots/<id>. They outlive the
// application that wrote them. Sandboxes show this directory, but no job can write to it. (Below
// `apps`, because a savepoint is moved there, which works within one file system only.)
//
// A job wrote what is in them: it is opened by base/file_inside.h, from snapshot_files_root().
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/snapshot.h"

MUST_CHECK bool snapshot_files_root(const char *data_directory, char out_path[static FILE_PATH_MAX],
                                    struct error *err);
// Makes that directory.
MUST_CHECK bool snapshot_files_make_root(const char *data_directory, struct error *err);
// The directory of a snapshot, whether it exists or not.
MUST_CHECK bool snapshot_files_directory(const char *data_directory, const char *enhanced_id,
                                         char out_path[static FILE_PATH_MAX], struct error *err);
// False: there is none, or it is incomplete.
bool snapshot_files_find(const char *data_directory, const char *enhanced_id,
                         char out_path[static FILE_PATH_MAX]);
// Moves a savepoint of an application, the directory `savepoint`, there. One that is there already
// is a success. ERROR_NOT_FOUND: there is no such savepoint, or it is incomplete.
MUST_CHECK bool snapshot_files_publish(const char *data_directory, const char *app_id,
                                       const char *savepoint, const char *enhanced_id,
                                       char out_path[static FILE_PATH_MAX], struct error *err);
// Bytes of its files; 0 = there are none. Counts at most some thousand files: a savepoint has a few
// for each task.
int64_t snapshot_files_measure(const char *data_directory, const char *enhanced_id);
// What was copied from a bucket: is it a canonical savepoint with its files? ERROR_INVALID,
// ERROR_NOT_FOUND: it is not. One with more than is read (runtime/savepoint/savepoint_metadata.h)
// is accepted.
MUST_CHECK bool snapshot_files_check_imported(const char *data_directory, const char *enhanced_id,
                                              struct error *err);
// An absent one is a success.
MUST_CHECK bool snapshot_files_remove(const char *data_directory, const char *enhanced_id,
                                      struct error *err);

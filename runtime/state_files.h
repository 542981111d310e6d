// The port to the restore points of an application on disk: checkpoints and savepoints. Those of a
// job whose cluster is retired (runtime/cluster.h) are final. Never missing: without it no job
// could be restored.
//
// Every call returns at once.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/snapshot.h"

#include <stdint.h>

// Are the checkpoints of that job still needed? Called only from within prune_checkpoints().
typedef bool state_files_need_fn(void *userdata, const char *job_id);

struct state_files_ops {
    // The newest complete checkpoint of `job_id`; false when there is none.
    bool (*find_checkpoint)(void *self, const char *app_id, const char *job_id,
                            char out_path[static FILE_PATH_MAX]);
    // The savepoint of a snapshot, by its name and trigger, or where it was published; false when
    // it is missing or incomplete.
    bool (*find_savepoint)(void *self, const char *app_id, const struct snapshot *snapshot,
                           char out_path[static FILE_PATH_MAX]);
    // The restore point at `path`, as base/file_inside.h takes it: a directory that no job can
    // replace, and the rest of the path. ERROR_NOT_FOUND: it has no files here.
    bool (*locate)(void *self, const char *path, char out_root[static FILE_PATH_MAX],
                   char out_relative[static FILE_PATH_MAX], struct error *err);
    // Moves the complete savepoint of an enhanced snapshot to where it outlives the application, a
    // directory that no job can write to. One that is there already is a success.
    bool (*publish)(void *self, const char *app_id, const struct snapshot *snapshot,
                    char out_path[static FILE_PATH_MAX], struct error *err);
    // The directory of an enhanced snapshot, by its id, whether it exists or not.
    bool (*published_directory)(void *self, const char *enhanced_id,
                                char out_path[static FILE_PATH_MAX], struct error *err);
    // Bytes of its files; 0 = there are none.
    int64_t (*measure)(void *self, const char *enhanced_id);
    // Can it be imported? ERROR_INVALID, ERROR_NOT_FOUND: it is not a canonical savepoint, or files
    // are missing, and why. One that is too large to be read is accepted.
    bool (*check_imported)(void *self, const char *enhanced_id, struct error *err);
    // Removes it; an absent one is a success.
    bool (*remove_published)(void *self, const char *enhanced_id, struct error *err);
    // Removes the checkpoints of the application's jobs that are not needed. *out_removed: how many
    // jobs had some. A failure does not prevent the other removals; false then.
    bool (*prune_checkpoints)(void *self, const char *app_id, state_files_need_fn *is_needed,
                              void *userdata, int *out_removed, struct error *err);
    // Removes the savepoint of a snapshot, complete or not, and nothing else: by its name and
    // trigger, and at its location where an earlier kobel wrote it.
    bool (*remove_snapshot)(void *self, const char *app_id, const struct snapshot *snapshot,
                            struct error *err);
    // Removes all files of the application except its code. Its clusters are retired already.
    bool (*erase_app)(void *self, const char *app_id, struct error *err);
    // Bytes of the application on disk: checkpoints, snapshots, clusters with their logs. As last
    // counted; 0 = not counted yet.
    int64_t (*disk_used_bytes)(void *self, const char *app_id);
};

// An implementation and its object, passed by value.
struct state_files_port {
    const struct state_files_ops *ops;
    void *self;
};

static inline bool state_files_find_checkpoint(const struct state_files_port *port,
                                               const char *app_id, const char *job_id,
                                               char out_path[static FILE_PATH_MAX]) {
    return port->ops->find_checkpoint(port->self, app_id, job_id, out_path);
}

static inline bool state_files_find_savepoint(const struct state_files_port *port,
                                              const char *app_id, const struct snapshot *snapshot,
                                              char out_path[static FILE_PATH_MAX]) {
    return port->ops->find_savepoint(port->self, app_id, snapshot, out_path);
}

MUST_CHECK static inline bool state_files_locate(const struct state_files_port *port,
                                                 const char *path,
                                                 char out_root[static FILE_PATH_MAX],
                                                 char out_relative[static FILE_PATH_MAX],
                                                 struct error *err) {
    return port->ops->locate(port->self, path, out_root, out_relative, err);
}

MUST_CHECK static inline bool state_files_publish(const struct state_files_port *port,
                                                  const char *app_id,
                                                  const struct snapshot *snapshot,
                                                  char out_path[static FILE_PATH_MAX],
                                                  struct error *err) {
    return port->ops->publish(port->self, app_id, snapshot, out_path, err);
}

MUST_CHECK static inline bool state_files_published_directory(const struct state_files_port *port,
                                                              const char *enhanced_id,
                                                              char out_path[static FILE_PATH_MAX],
                                                              struct error *err) {
    return port->ops->published_directory(port->self, enhanced_id, out_path, err);
}

static inline int64_t state_files_measure(const struct state_files_port *port,
                                          const char *enhanced_id) {
    return port->ops->measure(port->self, enhanced_id);
}

MUST_CHECK static inline bool state_files_check_imported(const struct state_files_port *port,
                                                         const char *enhanced_id,
                                                         struct error *err) {
    return port->ops->check_imported(port->self, enhanced_id, err);
}

MUST_CHECK static inline bool state_files_remove_published(const struct state_files_port *port,
                                                           const char *enhanced_id,
                                                           struct error *err) {
    return port->ops->remove_published(port->self, enhanced_id, err);
}

MUST_CHECK static inline bool state_files_prune_checkpoints(const struct state_files_port *port,
                                                            const char *app_id,
                                                            state_files_need_fn *is_needed,
                                                            void *userdata, int *out_removed,
                                                            struct error *err) {
    return port->ops->prune_checkpoints(port->self, app_id, is_needed, userdata, out_removed, err);
}

MUST_CHECK static inline bool state_files_remove_snapshot(const struct state_files_port *port,
                                                          const char *app_id,
                                                          const struct snapshot *snapshot,
                                                          struct error *err) {
    return port->ops->remove_snapshot(port->self, app_id, snapshot, err);
}

MUST_CHECK static inline bool state_files_erase_app(const struct state_files_port *port,
                                                    const char *app_id, struct error *err) {
    return port->ops->erase_app(port->self, app_id, err);
}

static inline int64_t state_files_disk_used_bytes(const struct state_files_port *port,
                                                  const char *app_id) {
    return port->ops->disk_used_bytes(port->self, app_id);
}

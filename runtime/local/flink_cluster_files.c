// What an application has on disk, by its id: the part of the port that needs no cluster.
#include "runtime/local/flink_cluster_parts.h"

void flink_files_changed(struct flink_clusters *owner, const char *app_id) {
    trash_empty(owner->trash);
    disk_usage_touch(owner->usage, app_id);
}

int64_t flink_files_disk_used_bytes(void *self, const char *app_id) {
    struct flink_clusters *owner = self;

    return disk_usage_bytes(owner->usage, app_id);
}

bool flink_files_find_checkpoint(void *self, const char *app_id, const char *job_id,
                                 char out_path[static FILE_PATH_MAX]) {
    const struct flink_clusters *owner = self;

    return workspace_find_checkpoint(owner->data_directory, app_id, job_id, out_path);
}

bool flink_files_find_savepoint(void *self, const char *app_id, const struct snapshot *snapshot,
                                char out_path[static FILE_PATH_MAX]) {
    const struct flink_clusters *owner = self;

    return workspace_find_savepoint(owner->data_directory, app_id, snapshot, out_path);
}

bool flink_files_prune_checkpoints(void *self, const char *app_id, state_files_need_fn *is_needed,
                                   void *userdata, int *out_removed, struct error *err) {
    struct flink_clusters *owner = self;

    if (!workspace_prune_checkpoints(owner->data_directory, app_id, is_needed, userdata,
                                     out_removed, err))
        return false;
    if (*out_removed > 0) flink_files_changed(owner, app_id);
    return true;
}

bool flink_files_remove_snapshot(void *self, const char *app_id, const struct snapshot *snapshot,
                                 struct error *err) {
    struct flink_clusters *owner = self;

    if (!workspace_remove_snapshot(owner->data_directory, app_id, snapshot, err)) return false;
    flink_files_changed(owner, app_id);
    return true;
}

bool flink_files_erase_app(void *self, const char *app_id, struct error *err) {
    struct flink_clusters *owner = self;

    flink_spare_forget(owner, app_id);
    if (!workspace_erase(owner->data_directory, app_id, err)) return false;
    trash_empty(owner->trash);
    disk_usage_forget(owner->usage, app_id);
    return true;
}

// What an application has on disk, by its id: the part of the port that needs no cluster.
#include "runtime/flink_cluster_parts.h"

int64_t flink_files_disk_used_bytes(void *self, const char *app_id) {
    const struct flink_clusters *owner = self;
    char path[FILE_PATH_MAX];
    struct error ignored;

    if (!file_join(path, sizeof path, &ignored, owner->data_directory, "apps", app_id, NULL))
        return 0;
    return file_tree_size_bytes(path);
}

bool flink_files_find_checkpoint(void *self, const char *app_id, const char *job_id,
                                 char out_path[static FILE_PATH_MAX]) {
    const struct flink_clusters *owner = self;

    return workspace_find_checkpoint(owner->data_directory, app_id, job_id, out_path);
}

bool flink_files_find_savepoint(void *self, const char *app_id, const char *snapshot_name,
                                char out_path[static FILE_PATH_MAX]) {
    const struct flink_clusters *owner = self;

    return workspace_find_savepoint(owner->data_directory, app_id, snapshot_name, out_path);
}

bool flink_files_prune_checkpoints(void *self, const char *app_id, const char *keep_job_id,
                                   int *out_removed, struct error *err) {
    const struct flink_clusters *owner = self;

    return workspace_prune_checkpoints(owner->data_directory, app_id, keep_job_id, out_removed,
                                       err);
}

bool flink_files_remove_snapshot(void *self, const char *app_id, const char *snapshot_name,
                                 struct error *err) {
    const struct flink_clusters *owner = self;

    return workspace_remove_snapshot(owner->data_directory, app_id, snapshot_name, err);
}

bool flink_files_erase_app(void *self, const char *app_id, struct error *err) {
    struct flink_clusters *owner = self;

    flink_spare_forget(owner, app_id);
    return workspace_erase(owner->data_directory, app_id, err);
}

#include "runtime/local/workspace.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "runtime/local/snapshot_files.h"

bool workspace_clusters_directory(const char *data_directory, const char *app_id,
                                  char out_path[static FILE_PATH_MAX], struct error *err) {
    return file_join(out_path, FILE_PATH_MAX, err, data_directory, "apps", app_id, "clusters",
                     NULL);
}

bool workspace_paths_of(const char *data_directory, const char *app_id, const char *cluster_id,
                        struct workspace_paths *out_paths, struct error *err) {
    struct workspace_paths paths = {0};
    char clusters[FILE_PATH_MAX];
    char cluster[FILE_PATH_MAX];

    bool fit =
        workspace_clusters_directory(data_directory, app_id, clusters, err) &&
        file_join(cluster, sizeof cluster, err, clusters, cluster_id, NULL) &&
        workspace_paths_in(cluster, &paths, err) &&
        snapshot_files_root(data_directory, paths.shared_snapshots, err) &&
        file_join(paths.packages, FILE_PATH_MAX, err, data_directory, WORKSPACE_PACKAGES, NULL) &&
        workspace_paths_add_state(data_directory, app_id, &paths, err);
    if (!fit) return false;
    *out_paths = paths;
    return true;
}

bool workspace_paths_add_state(const char *data_directory, const char *app_id,
                               struct workspace_paths *paths, struct error *err) {
    return file_join(paths->checkpoints, FILE_PATH_MAX, err, data_directory, "apps", app_id,
                     "checkpoints", NULL) &&
           file_join(paths->snapshots, FILE_PATH_MAX, err, data_directory, "apps", app_id,
                     "snapshots", NULL);
}

bool workspace_paths_in(const char *cluster, struct workspace_paths *out_paths, struct error *err) {
    struct workspace_paths paths = {0};

    bool fit = file_join(paths.cluster, FILE_PATH_MAX, err, cluster, NULL) &&
               file_join(paths.conf, FILE_PATH_MAX, err, paths.cluster, WORKSPACE_CONF, NULL) &&
               file_join(paths.etc, FILE_PATH_MAX, err, paths.cluster, WORKSPACE_ETC, NULL) &&
               file_join(paths.log, FILE_PATH_MAX, err, paths.cluster, WORKSPACE_LOG, NULL) &&
               file_join(paths.work, FILE_PATH_MAX, err, paths.cluster, "work", NULL) &&
               file_join(paths.temporary, FILE_PATH_MAX, err, paths.work, NULL) &&
               file_join(paths.jars, FILE_PATH_MAX, err, paths.cluster, "jars", NULL);
    if (!fit) return false;
    *out_paths = paths;
    return true;
}

char *workspace_uri(const char *path) {
    return memory_format("file://%s", path);
}

bool workspace_make(const struct workspace_paths *paths, struct error *err) {
    const char *directories[] = {paths->cluster, paths->conf, paths->etc,         paths->log,
                                 paths->work,    paths->jars, paths->checkpoints, paths->snapshots};

    for (size_t index = 0; index < COUNT_OF(directories); index++)
        if (directories[index][0] != '\0' && !file_make_directories(directories[index], 0700, err))
            return false;
    return file_make_directories_inside(paths->cluster, WORKSPACE_UPLOAD, 0700, err);
}

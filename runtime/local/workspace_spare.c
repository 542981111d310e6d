#include "runtime/local/workspace_spare.h"

#include "base/text.h"
#include "runtime/host/trash.h"
#include "runtime/local/snapshot_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A spare's directory is renamed when it ends, and so lies on the file system of the clusters.
bool workspace_spares_directory(const char *data_directory, char out_path[static FILE_PATH_MAX],
                                struct error *err) {
    char apps[FILE_PATH_MAX];
    struct stat of_data;
    struct stat of_apps;

    if (!file_join(apps, sizeof apps, err, data_directory, "apps", NULL)) return false;
    bool is_elsewhere = stat(data_directory, &of_data) == 0 && stat(apps, &of_apps) == 0 &&
                        of_data.st_dev != of_apps.st_dev;
    return is_elsewhere ? file_join(out_path, FILE_PATH_MAX, err, apps, ".spares", NULL)
                        : file_join(out_path, FILE_PATH_MAX, err, data_directory, "spares", NULL);
}

static bool spare_directory(const char *data_directory, const char *spare_id,
                            char out_path[static FILE_PATH_MAX], struct error *err) {
    char spares[FILE_PATH_MAX];

    return workspace_spares_directory(data_directory, spares, err) &&
           file_join(out_path, FILE_PATH_MAX, err, spares, spare_id, NULL);
}

bool workspace_spare_paths_of(const char *data_directory, const char *spare_id, const char *app_id,
                              struct workspace_paths *out_paths, struct error *err) {
    struct workspace_paths paths = {0};
    char directory[FILE_PATH_MAX];

    bool fit =
        spare_directory(data_directory, spare_id, directory, err) &&
        workspace_paths_in(directory, &paths, err) &&
        snapshot_files_root(data_directory, paths.shared_snapshots, err) &&
        file_join(paths.packages, FILE_PATH_MAX, err, data_directory, "python", NULL) &&
        (app_id[0] == '\0' || workspace_paths_add_state(data_directory, app_id, &paths, err));
    if (!fit) return false;
    *out_paths = paths;
    return true;
}

bool workspace_claim_spare(const char *data_directory, const char *spare_id, const char *app_id,
                           const char *cluster_id, struct error *err) {
    struct workspace_paths paths;
    char target[FILE_PATH_MAX];
    char link[FILE_PATH_MAX];

    // The link comes first: what is made below the cluster is made in the spare.
    if (!workspace_paths_of(data_directory, app_id, cluster_id, &paths, err) ||
        !spare_directory(data_directory, spare_id, target, err) ||
        !text_copy(link, sizeof link, paths.cluster))
        return false;
    *strrchr(link, '/') = '\0';
    if (!file_make_directories(link, 0700, err)) return false;
    if (symlink(target, paths.cluster) < 0)
        return error_system(err, errno, "link '%s'", paths.cluster);
    return workspace_make(&paths, err);
}

bool workspace_replace_link(const char *data_directory, const char *app_id, const char *cluster_id,
                            struct error *err) {
    struct workspace_paths paths;
    char target[FILE_PATH_MAX];
    char spare[FILE_PATH_MAX];

    if (!workspace_paths_of(data_directory, app_id, cluster_id, &paths, err)) return false;
    ssize_t length = readlink(paths.cluster, target, sizeof target - 1);
    if (length < 0) return true; // it never was a spare
    target[length] = '\0';
    const char *name = strrchr(target, '/');
    if (!spare_directory(data_directory, name == NULL ? target : name + 1, spare, err))
        return false;
    file_regain_at(AT_FDCWD, spare); // otherwise it could not be moved
    if (unlink(paths.cluster) < 0) return error_system(err, errno, "unlink '%s'", paths.cluster);
    return rename(spare, paths.cluster) == 0 || errno == ENOENT ||
           error_system(err, errno, "rename '%s'", spare);
}

struct replacing {
    const char *data_directory;
    const char *app_id;
    bool has_left; // a link that could not be replaced
};

static bool replace_one(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct replacing *replacing = userdata;

    (void)is_directory;
    if (!workspace_replace_link(replacing->data_directory, replacing->app_id, name, err))
        replacing->has_left = true;
    return true;
}

bool workspace_replace_links(const char *data_directory, const char *app_id, struct error *err) {
    struct replacing replacing = {.data_directory = data_directory, .app_id = app_id};
    char clusters[FILE_PATH_MAX];

    if (!workspace_clusters_directory(data_directory, app_id, clusters, err)) return false;
    if (!file_is_directory(clusters)) return true;
    return file_list(clusters, replace_one, &replacing, err) && !replacing.has_left;
}

bool workspace_remove_spare(const char *data_directory, const char *spare_id, struct error *err) {
    char directory[FILE_PATH_MAX];

    return spare_directory(data_directory, spare_id, directory, err) &&
           trash_put(data_directory, directory, err);
}

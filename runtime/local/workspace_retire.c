#include "runtime/local/workspace_retire.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/host/trash.h"
#include "runtime/local/workspace.h"
#include "runtime/local/workspace_spare.h"

#include <sys/stat.h>

static bool remove_child(const char *data_directory, const char *directory, const char *name,
                         struct error *err) {
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, err, directory, name, NULL) &&
           trash_put(data_directory, path, err);
}

// Leaves of an ended cluster only its logs.
static bool strip(const char *data_directory, const char *cluster, struct error *err) {
    static const char *const parts[] = {WORKSPACE_CONF, WORKSPACE_ETC, "work", "jars"};
    bool is_whole = true;

    for (size_t index = 0; index < COUNT_OF(parts); index++)
        is_whole = remove_child(data_directory, cluster, parts[index], err) && is_whole;
    return is_whole;
}

// The search for the ended cluster that ended first: an ended cluster has no configuration, and its
// directory last changed when it ended.
struct search {
    const char *data_directory;
    const char *directory;
    bool strips;   // every cluster first
    bool has_left; // something that could not be removed
    size_t ended;
    int64_t oldest_ns;
    char oldest[256];
};

static bool visit_cluster(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct search *search = userdata;
    char path[FILE_PATH_MAX];
    char conf[FILE_PATH_MAX];
    struct stat entry;

    if (!file_join(path, sizeof path, err, search->directory, name, NULL) ||
        !file_join(conf, sizeof conf, err, path, WORKSPACE_CONF, NULL))
        return false;
    if (lstat(path, &entry) < 0) return true;
    // A claimed spare, which still runs.
    if (S_ISLNK(entry.st_mode) || !is_directory) return true;
    if (search->strips && !strip(search->data_directory, path, err)) search->has_left = true;
    if (file_is_directory(conf) || stat(path, &entry) < 0) return true;
    int64_t changed_ns = (int64_t)entry.st_mtim.tv_sec * 1000000000 + entry.st_mtim.tv_nsec;
    if (search->ended++ == 0 || changed_ns < search->oldest_ns) {
        search->oldest_ns = changed_ns;
        (void)text_copy(search->oldest, sizeof search->oldest, name);
    }
    return true;
}

// Leaves of the ended clusters only the newest WORKSPACE_LOGS_KEPT.
static bool trim(const char *data_directory, const char *clusters, bool strips, struct error *err) {
    bool is_whole = true;

    if (!file_is_directory(clusters)) return true;
    for (;;) {
        struct search search = {
            .data_directory = data_directory, .directory = clusters, .strips = strips};
        if (!file_list(clusters, visit_cluster, &search, err)) return false;
        is_whole = is_whole && !search.has_left;
        if (search.ended <= WORKSPACE_LOGS_KEPT) return is_whole;
        if (!remove_child(data_directory, clusters, search.oldest, err)) return false;
        strips = false;
    }
}

bool workspace_retire(const char *data_directory, const char *app_id, const char *cluster_id,
                      struct error *err) {
    char clusters[FILE_PATH_MAX];
    char cluster[FILE_PATH_MAX];

    if (!workspace_clusters_directory(data_directory, app_id, clusters, err) ||
        !file_join(cluster, sizeof cluster, err, clusters, cluster_id, NULL))
        return false;
    if (!file_is_directory(cluster)) return true;
    bool is_stripped = strip(data_directory, cluster, err);
    return trim(data_directory, clusters, false, err) && is_stripped;
}

struct cleaning {
    const char *data_directory;
    bool has_left; // something that could not be removed
};

static bool clean_app(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct cleaning *cleaning = userdata;
    char clusters[FILE_PATH_MAX];

    if (!is_directory || name[0] == '.') return true;
    if (!workspace_replace_links(cleaning->data_directory, name, err) ||
        !workspace_clusters_directory(cleaning->data_directory, name, clusters, err) ||
        !trim(cleaning->data_directory, clusters, true, err))
        cleaning->has_left = true;
    return true;
}

bool workspace_clean(const char *data_directory, struct error *err) {
    struct cleaning cleaning = {.data_directory = data_directory};
    char apps[FILE_PATH_MAX];
    char spares[FILE_PATH_MAX];

    if (!file_join(apps, sizeof apps, err, data_directory, "apps", NULL)) return false;
    if (file_is_directory(apps) && !file_list(apps, clean_app, &cleaning, err)) return false;
    return workspace_spares_directory(data_directory, spares, err) &&
           trash_put(data_directory, spares, err) && !cleaning.has_left;
}

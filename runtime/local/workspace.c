#include "runtime/local/workspace.h"

#include "base/digest.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/trash.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool workspace_paths_of(const char *data_directory, const char *app_id, const char *cluster_id,
                        struct workspace_paths *out_paths, struct error *err) {
    struct workspace_paths paths = {0};
    char cluster[FILE_PATH_MAX];

    bool fit = file_join(cluster, sizeof cluster, err, data_directory, "apps", app_id, "clusters",
                         cluster_id, NULL) &&
               workspace_paths_in(cluster, &paths, err) &&
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

    for (size_t index = 0; index < sizeof directories / sizeof directories[0]; index++)
        if (directories[index][0] != '\0' && !file_make_directories(directories[index], 0700, err))
            return false;
    return file_make_directories_inside(paths->cluster, WORKSPACE_UPLOAD, 0700, err);
}

// --- retiring ---

static bool remove_child(const char *data_directory, const char *directory, const char *name,
                         struct error *err) {
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, err, directory, name, NULL) &&
           trash_put(data_directory, path, err);
}

static bool strip(const char *data_directory, const char *cluster, struct error *err) {
    static const char *const parts[] = {WORKSPACE_CONF, WORKSPACE_ETC, "work", "jars"};

    bool is_whole = true;

    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++)
        is_whole = remove_child(data_directory, cluster, parts[index], err) && is_whole;
    return is_whole;
}

// Ended clusters have lost their configuration; which of them ended first is told by when their
// directory changed last.
struct trimming {
    const char *data_directory;
    const char *directory;
    bool strips;   // every cluster first
    bool has_left; // something that could not be removed
    size_t ended;
    int64_t oldest_ns;
    char oldest[256];
};

static bool look_at(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct trimming *trimming = userdata;
    char path[FILE_PATH_MAX];
    char conf[FILE_PATH_MAX];
    struct stat entry;

    if (!file_join(path, sizeof path, err, trimming->directory, name, NULL) ||
        !file_join(conf, sizeof conf, err, path, WORKSPACE_CONF, NULL))
        return false;
    if (lstat(path, &entry) < 0) return true;
    // What was a spare still runs.
    if (S_ISLNK(entry.st_mode) || !is_directory) return true;
    if (trimming->strips && !strip(trimming->data_directory, path, err)) trimming->has_left = true;
    if (file_is_directory(conf) || stat(path, &entry) < 0) return true;
    int64_t changed_ns = (int64_t)entry.st_mtim.tv_sec * 1000000000 + entry.st_mtim.tv_nsec;
    if (trimming->ended++ == 0 || changed_ns < trimming->oldest_ns) {
        trimming->oldest_ns = changed_ns;
        (void)text_copy(trimming->oldest, sizeof trimming->oldest, name);
    }
    return true;
}

static bool trim(const char *data_directory, const char *clusters, bool strips, struct error *err) {
    bool is_whole = true;

    if (!file_is_directory(clusters)) return true;
    for (;;) {
        struct trimming trimming = {
            .data_directory = data_directory, .directory = clusters, .strips = strips};
        if (!file_list(clusters, look_at, &trimming, err)) return false;
        is_whole = is_whole && !trimming.has_left;
        if (trimming.ended <= WORKSPACE_LOGS_KEPT) return is_whole;
        if (!remove_child(data_directory, clusters, trimming.oldest, err)) return false;
        strips = false;
    }
}

bool workspace_retire(const char *data_directory, const char *app_id, const char *cluster_id,
                      struct error *err) {
    char clusters[FILE_PATH_MAX];
    char cluster[FILE_PATH_MAX];

    if (!file_join(clusters, sizeof clusters, err, data_directory, "apps", app_id, "clusters",
                   NULL) ||
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
    if (!workspace_settle_spares(cleaning->data_directory, name, err) ||
        !file_join(clusters, sizeof clusters, err, cleaning->data_directory, "apps", name,
                   "clusters", NULL) ||
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

// --- restore points ---

// A snapshot may be called ".." or have a name that is too long for a file: such a one lies under a
// digest of its name.
static bool name_directory(const char *data_directory, const char *app_id,
                           const char *snapshot_name, char out_path[static FILE_PATH_MAX],
                           struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];
    bool is_plain = snapshot_name[0] != '.' && strlen(snapshot_name) <= 200;

    digest_sha256_hex(snapshot_name, strlen(snapshot_name), digest);
    return file_join(out_path, FILE_PATH_MAX, err, data_directory, "apps", app_id, "snapshots",
                     is_plain ? snapshot_name : digest, NULL);
}

bool workspace_snapshot_directory(const char *data_directory, const char *app_id,
                                  const char *snapshot_name, const char *trigger_id,
                                  char out_path[static FILE_PATH_MAX], struct error *err) {
    char directory[FILE_PATH_MAX];

    return name_directory(data_directory, app_id, snapshot_name, directory, err) &&
           file_join(out_path, FILE_PATH_MAX, err, directory, trigger_id, NULL);
}

bool workspace_make_snapshot_directory(const char *data_directory, const char *app_id,
                                       const char *snapshot_name, const char *trigger_id,
                                       char out_path[static FILE_PATH_MAX], struct error *err) {
    char app[FILE_PATH_MAX];

    return workspace_snapshot_directory(data_directory, app_id, snapshot_name, trigger_id, out_path,
                                        err) &&
           file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) &&
           file_make_directories_inside(app, file_below(app, out_path), 0700, err);
}

// The job may have put anything there: see base/file_inside.h.
struct search {
    const char *apps;      // <data>/apps, kobel's own
    const char *directory; // below it
    const char *prefix;
    int64_t best;
    char path[FILE_PATH_MAX];
};

// A directory without _metadata is one that Flink never finished.
static bool consider(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    struct search *search = userdata;
    char path[FILE_PATH_MAX];
    char metadata[FILE_PATH_MAX];
    int64_t number = 0;

    if (kind != FILE_DIRECTORY || !text_starts_with(name, search->prefix)) return true;
    // "chk-17" has a number, "savepoint-1a2b3c-…" none: there any complete one will do.
    (void)text_to_int64(name + strlen(search->prefix), &number);
    if (number < search->best) return true;
    if (!file_join(path, sizeof path, err, search->directory, name, NULL) ||
        !file_join(metadata, sizeof metadata, err, path, "_metadata", NULL))
        return false;
    if (!file_is_regular_inside(search->apps, metadata)) return true;
    search->best = number;
    (void)text_copy(search->path, sizeof search->path, path);
    return true;
}

// `directory` lies below <data>/apps.
static bool find_complete(const char *data_directory, const char *directory, const char *prefix,
                          char out_path[static FILE_PATH_MAX]) {
    char apps[FILE_PATH_MAX];
    struct search search = {.apps = apps, .prefix = prefix};
    struct error err;

    if (!file_join(apps, sizeof apps, &err, data_directory, "apps", NULL)) return false;
    search.directory = file_below(apps, directory);
    return search.directory != NULL &&
           file_list_inside(apps, search.directory, consider, &search, &err) &&
           search.path[0] != '\0' &&
           file_join(out_path, FILE_PATH_MAX, &err, apps, search.path, NULL);
}

bool workspace_find_checkpoint(const char *data_directory, const char *app_id, const char *job_id,
                               char out_path[static FILE_PATH_MAX]) {
    char directory[FILE_PATH_MAX];
    struct error err;

    return file_join(directory, sizeof directory, &err, data_directory, "apps", app_id,
                     "checkpoints", job_id, NULL) &&
           find_complete(data_directory, directory, "chk-", out_path);
}

bool workspace_find_savepoint(const char *data_directory, const char *app_id,
                              const struct snapshot *snapshot,
                              char out_path[static FILE_PATH_MAX]) {
    char directory[FILE_PATH_MAX];
    struct error err;

    return snapshot->trigger_id[0] != '\0' &&
           workspace_snapshot_directory(data_directory, app_id, snapshot->name,
                                        snapshot->trigger_id, directory, &err) &&
           find_complete(data_directory, directory, "savepoint-", out_path);
}

// A job may have made any number of entries; the next pruning goes on.
enum { PRUNED_AT_ONCE = 200 };

struct pruning {
    const char *data_directory;
    const char *directory;
    state_files_need_fn *is_needed;
    void *userdata;
    int removed;
    bool has_left; // something that could not be removed
};

static bool prune_one(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    struct pruning *pruning = userdata;

    (void)kind;
    if (pruning->removed == PRUNED_AT_ONCE || pruning->is_needed(pruning->userdata, name))
        return true;
    if (remove_child(pruning->data_directory, pruning->directory, name, err))
        pruning->removed++;
    else
        pruning->has_left = true;
    return true;
}

bool workspace_prune_checkpoints(const char *data_directory, const char *app_id,
                                 state_files_need_fn *is_needed, void *userdata, int *out_removed,
                                 struct error *err) {
    char app[FILE_PATH_MAX];
    char directory[FILE_PATH_MAX];
    struct pruning pruning = {.data_directory = data_directory,
                              .directory = directory,
                              .is_needed = is_needed,
                              .userdata = userdata};

    if (!file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) ||
        !file_join(directory, sizeof directory, err, app, "checkpoints", NULL))
        return false;
    *out_removed = 0;
    if (!file_list_inside(app, "checkpoints", prune_one, &pruning, err) &&
        err->kind != ERROR_NOT_FOUND)
        return false;
    if (pruning.has_left) return false;
    *out_removed = pruning.removed;
    return true;
}

// Below `directory`, and no way out of it again.
static bool is_within(const char *path, const char *directory) {
    size_t length = strlen(directory);

    return text_starts_with(path, directory) && path[length] == '/' && path[length + 1] != '\0' &&
           strstr(path + length, "/../") == NULL;
}

bool workspace_remove_snapshot(const char *data_directory, const char *app_id,
                               const struct snapshot *snapshot, struct error *err) {
    AUTO(file_close) int snapshots = -1;
    char app[FILE_PATH_MAX];
    char directory[FILE_PATH_MAX];
    char own[FILE_PATH_MAX];
    struct error ignored;

    if (!file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) ||
        !name_directory(data_directory, app_id, snapshot->name, directory, err))
        return false;
    if (snapshot->trigger_id[0] != '\0' &&
        (!file_join(own, sizeof own, err, directory, snapshot->trigger_id, NULL) ||
         !trash_put(data_directory, own, err)))
        return false;
    // Of an earlier kobel: directly below the name, where another's may lie, too.
    if (is_within(snapshot->location, directory) &&
        !trash_put(data_directory, snapshot->location, err))
        return false;
    if (file_open_directory_inside(app, "snapshots", &snapshots, &ignored))
        (void)unlinkat(snapshots, strrchr(directory, '/') + 1, AT_REMOVEDIR); // stays with another
    return true;
}

bool workspace_erase(const char *data_directory, const char *app_id, struct error *err) {
    char directory[FILE_PATH_MAX];

    return file_join(directory, sizeof directory, err, data_directory, "apps", app_id, NULL) &&
           trash_put(data_directory, directory, err);
}

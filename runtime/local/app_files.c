#include "runtime/local/app_files.h"

#include "base/digest.h"
#include "base/file_inside.h"
#include "base/text.h"
#include "runtime/host/trash.h"
#include "runtime/local/snapshot_files.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// A snapshot may be called "..", its name may be too long for a file, or have a slash because it is
// an enhanced one: the digest of the name is used then.
static bool directory_of_name(const char *data_directory, const char *app_id,
                              const char *snapshot_name, char out_path[static FILE_PATH_MAX],
                              struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];
    bool is_plain = snapshot_name[0] != '.' && strlen(snapshot_name) <= 200 &&
                    strchr(snapshot_name, '/') == NULL;

    digest_sha256_hex(snapshot_name, strlen(snapshot_name), digest);
    return file_join(out_path, FILE_PATH_MAX, err, data_directory, "apps", app_id, "snapshots",
                     is_plain ? snapshot_name : digest, NULL);
}

bool app_files_snapshot_directory(const char *data_directory, const char *app_id,
                                  const char *snapshot_name, const char *trigger_id,
                                  char out_path[static FILE_PATH_MAX], struct error *err) {
    char directory[FILE_PATH_MAX];

    return directory_of_name(data_directory, app_id, snapshot_name, directory, err) &&
           file_join(out_path, FILE_PATH_MAX, err, directory, trigger_id, NULL);
}

bool app_files_make_snapshot_directory(const char *data_directory, const char *app_id,
                                       const char *snapshot_name, const char *trigger_id,
                                       char out_path[static FILE_PATH_MAX], struct error *err) {
    char app[FILE_PATH_MAX];

    return app_files_snapshot_directory(data_directory, app_id, snapshot_name, trigger_id, out_path,
                                        err) &&
           file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) &&
           file_make_directories_inside(app, file_below(app, out_path), 0700, err);
}

// The job may have put anything there: see base/file_inside.h.
struct search {
    const char *apps;      // <data>/apps, where no job writes
    const char *directory; // below it
    const char *prefix;
    int64_t best;
    char path[FILE_PATH_MAX];
};

// Flink writes _metadata last: a directory without it is incomplete.
static bool visit_candidate(void *userdata, const char *name, enum file_kind kind,
                            struct error *err) {
    struct search *search = userdata;
    char path[FILE_PATH_MAX];
    char metadata[FILE_PATH_MAX];
    int64_t number = 0;

    if (kind != FILE_DIRECTORY || !text_starts_with(name, search->prefix)) return true;
    // "chk-17" has a number. "savepoint-1a2b3c-…" has none: any complete one is found.
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

    if (!file_join(apps, sizeof apps, NULL, data_directory, "apps", NULL)) return false;
    search.directory = file_below(apps, directory);
    return search.directory != NULL &&
           file_list_inside(apps, search.directory, visit_candidate, &search, NULL) &&
           search.path[0] != '\0' &&
           file_join(out_path, FILE_PATH_MAX, NULL, apps, search.path, NULL);
}

bool app_files_find_checkpoint(const char *data_directory, const char *app_id, const char *job_id,
                               char out_path[static FILE_PATH_MAX]) {
    char directory[FILE_PATH_MAX];

    return file_join(directory, sizeof directory, NULL, data_directory, "apps", app_id,
                     "checkpoints", job_id, NULL) &&
           find_complete(data_directory, directory, "chk-", out_path);
}

bool app_files_find_savepoint(const char *data_directory, const char *app_id,
                              const struct snapshot *snapshot,
                              char out_path[static FILE_PATH_MAX]) {
    char directory[FILE_PATH_MAX];

    if (snapshot_is_enhanced(snapshot) &&
        snapshot_files_find(data_directory, snapshot->enhanced_id, out_path))
        return true;
    return snapshot->trigger_id[0] != '\0' &&
           app_files_snapshot_directory(data_directory, app_id, snapshot->name,
                                        snapshot->trigger_id, directory, NULL) &&
           find_complete(data_directory, directory, "savepoint-", out_path);
}

bool app_files_locate(const char *data_directory, const char *path,
                      char out_root[static FILE_PATH_MAX], char out_relative[static FILE_PATH_MAX],
                      struct error *err) {
    char apps[FILE_PATH_MAX];
    char owner[FILE_PATH_MAX];

    if (!file_join(apps, sizeof apps, err, data_directory, "apps", NULL)) return false;
    const char *below = file_below(apps, path);
    const char *slash = below == NULL ? NULL : strchr(below, '/');
    if (slash == NULL || slash == below)
        return error_set(err, ERROR_NOT_FOUND, "'%s' is not a restore point of kobel", path);
    (void)text_format(owner, sizeof owner, "%.*s", (int)(slash - below), below);
    (void)text_copy(out_relative, FILE_PATH_MAX, slash + 1);
    return file_join(out_root, FILE_PATH_MAX, err, apps, owner, NULL);
}

// A job may have made any number of entries. The next pruning continues.
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
    char path[FILE_PATH_MAX];

    (void)kind;
    if (pruning->removed == PRUNED_AT_ONCE || pruning->is_needed(pruning->userdata, name))
        return true;
    if (file_join(path, sizeof path, err, pruning->directory, name, NULL) &&
        trash_put(pruning->data_directory, path, err))
        pruning->removed++;
    else
        pruning->has_left = true;
    return true;
}

bool app_files_prune_checkpoints(const char *data_directory, const char *app_id,
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

// Below `directory`, without a ".." that leads out of it.
static bool is_within(const char *path, const char *directory) {
    size_t length = strlen(directory);

    return text_starts_with(path, directory) && path[length] == '/' && path[length + 1] != '\0' &&
           strstr(path + length, "/../") == NULL;
}

bool app_files_remove_snapshot(const char *data_directory, const char *app_id,
                               const struct snapshot *snapshot, struct error *err) {
    AUTO(file_close) int snapshots = -1;
    char app[FILE_PATH_MAX];
    char directory[FILE_PATH_MAX];
    char own[FILE_PATH_MAX];

    if (!file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) ||
        !directory_of_name(data_directory, app_id, snapshot->name, directory, err))
        return false;
    if (snapshot->trigger_id[0] != '\0' &&
        (!file_join(own, sizeof own, err, directory, snapshot->trigger_id, NULL) ||
         !trash_put(data_directory, own, err)))
        return false;
    // An earlier kobel put it directly below the name, where there may be others.
    if (is_within(snapshot->location, directory) &&
        !trash_put(data_directory, snapshot->location, err))
        return false;
    if (file_open_directory_inside(app, "snapshots", &snapshots, NULL))
        (void)unlinkat(snapshots, strrchr(directory, '/') + 1,
                       AT_REMOVEDIR); // fails while there are others
    return true;
}

bool app_files_erase(const char *data_directory, const char *app_id, struct error *err) {
    char directory[FILE_PATH_MAX];

    return file_join(directory, sizeof directory, err, data_directory, "apps", app_id, NULL) &&
           trash_put(data_directory, directory, err);
}

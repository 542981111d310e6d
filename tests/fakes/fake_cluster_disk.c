// The fake disk: savepoints and checkpoints, and the port of state files on them.
#include "base/text.h"
#include "fakes/fake_cluster_parts.h"

#include <string.h>

void fake_checkpoint_prefix(const char *app_id, const char *job_id, char *out, size_t size) {
    (void)text_format(out, size, "/disk/%s/checkpoints/%s/", app_id, job_id);
}

void fake_savepoint_path(const char *app_id, const char *name, const char *trigger_id, char *out,
                         size_t size) {
    (void)text_format(out, size, "/disk/%s/snapshots/%s/%s/savepoint", app_id, name, trigger_id);
}

struct point *fake_clusters_point(struct fake_clusters *self, const char *path) {
    for (size_t index = 0; index < POINTS_MAX; index++)
        if (self->points[index].is_used && text_equal(self->points[index].path, path))
            return &self->points[index];
    return NULL;
}

void fake_clusters_add_point(struct fake_clusters *self, const char *path, int count) {
    struct point *point = fake_clusters_point(self, path);

    for (size_t index = 0; index < POINTS_MAX && point == NULL; index++)
        if (!self->points[index].is_used) point = &self->points[index];
    if (point == NULL) abort();
    point->is_used = true;
    point->count = count;
    (void)text_copy(point->path, sizeof point->path, path);
}

static bool find_newest(struct fake_clusters *self, const char *prefix,
                        char out_path[static FILE_PATH_MAX]) {
    const struct point *best = NULL;

    for (size_t index = 0; index < POINTS_MAX; index++) {
        const struct point *point = &self->points[index];
        if (!point->is_used || !text_starts_with(point->path, prefix)) continue;
        if (best == NULL || strcmp(point->path, best->path) > 0) best = point;
    }
    if (best != NULL) (void)text_copy(out_path, FILE_PATH_MAX, best->path);
    return best != NULL;
}

static bool find_checkpoint(void *userdata, const char *app_id, const char *job_id,
                            char out_path[static FILE_PATH_MAX]) {
    char prefix[FILE_PATH_MAX];

    fake_checkpoint_prefix(app_id, job_id, prefix, sizeof prefix);
    return find_newest(userdata, prefix, out_path);
}

static void published_path(const char *enhanced_id, char out[static FILE_PATH_MAX]) {
    (void)text_format(out, FILE_PATH_MAX, "/disk/.snapshots/%s", enhanced_id);
}

static bool find_savepoint(void *userdata, const char *app_id, const struct snapshot *snapshot,
                           char out_path[static FILE_PATH_MAX]) {
    char path[FILE_PATH_MAX];

    if (snapshot_is_enhanced(snapshot)) {
        published_path(snapshot->enhanced_id, path);
        if (find_newest(userdata, path, out_path)) return true;
    }
    fake_savepoint_path(app_id, snapshot->name, snapshot->trigger_id, path, sizeof path);
    return find_newest(userdata, path, out_path);
}

static bool locate(void *userdata, const char *path, char out_root[static FILE_PATH_MAX],
                   char out_relative[static FILE_PATH_MAX], struct error *err) {
    const struct fake_clusters *self = userdata;

    if (self->metadata == NULL || fake_clusters_point(userdata, path) == NULL)
        return error_set(err, ERROR_NOT_FOUND, "'%s' has no files", path);
    (void)text_copy(out_root, FILE_PATH_MAX, self->metadata);
    out_relative[0] = '\0';
    return true;
}

static bool publish(void *userdata, const char *app_id, const struct snapshot *snapshot,
                    char out_path[static FILE_PATH_MAX], struct error *err) {
    struct fake_clusters *self = userdata;
    char path[FILE_PATH_MAX];

    if (!fake_clusters_count_call(self, err)) return false;
    published_path(snapshot->enhanced_id, out_path);
    if (fake_clusters_point(self, out_path) != NULL) return true;
    fake_savepoint_path(app_id, snapshot->name, snapshot->trigger_id, path, sizeof path);
    struct point *point = fake_clusters_point(self, path);
    if (point == NULL) return error_set(err, ERROR_NOT_FOUND, "no savepoint '%s'", path);
    (void)text_copy(point->path, sizeof point->path, out_path);
    return true;
}

static bool published_directory(void *userdata, const char *enhanced_id,
                                char out_path[static FILE_PATH_MAX], struct error *err) {
    (void)userdata;
    (void)err;
    published_path(enhanced_id, out_path);
    return true;
}

// A thousand bytes each.
static int64_t measure(void *userdata, const char *enhanced_id) {
    char path[FILE_PATH_MAX];

    published_path(enhanced_id, path);
    return fake_clusters_point(userdata, path) == NULL ? 0 : 1000;
}

static bool check_imported(void *userdata, const char *enhanced_id, struct error *err) {
    struct fake_clusters *self = userdata;

    (void)enhanced_id;
    if (self->import_misfit == NULL) return true;
    return error_set(err, ERROR_INVALID, "%s", self->import_misfit);
}

static bool remove_published(void *userdata, const char *enhanced_id, struct error *err) {
    struct fake_clusters *self = userdata;
    char path[FILE_PATH_MAX];

    if (!fake_clusters_count_call(self, err)) return false;
    if (self->removal_failure != NULL)
        return error_set(err, ERROR_SYSTEM, "%s", self->removal_failure);
    published_path(enhanced_id, path);
    struct point *point = fake_clusters_point(self, path);
    if (point != NULL) point->is_used = false;
    return true;
}

static bool prune_checkpoints(void *userdata, const char *app_id, state_files_need_fn *is_needed,
                              void *need_userdata, int *out_removed, struct error *err) {
    struct fake_clusters *self = userdata;
    char all[FILE_PATH_MAX];
    char job_id[APP_JOB_ID_SIZE];

    if (!fake_clusters_count_call(self, err)) return false;
    if (self->removal_failure != NULL)
        return error_set(err, ERROR_SYSTEM, "%s", self->removal_failure);
    *out_removed = 0;
    (void)text_format(all, sizeof all, "/disk/%s/checkpoints/", app_id);
    for (size_t index = 0; index < POINTS_MAX; index++) {
        struct point *point = &self->points[index];
        if (!point->is_used || !text_starts_with(point->path, all)) continue;
        (void)text_format(job_id, sizeof job_id, "%.32s", point->path + strlen(all));
        if (is_needed(need_userdata, job_id)) continue;
        point->is_used = false;
        ++*out_removed;
    }
    return true;
}

static bool remove_snapshot(void *userdata, const char *app_id, const struct snapshot *snapshot,
                            struct error *err) {
    struct fake_clusters *self = userdata;
    char path[FILE_PATH_MAX];

    if (!fake_clusters_count_call(self, err)) return false;
    if (self->removal_failure != NULL)
        return error_set(err, ERROR_SYSTEM, "%s", self->removal_failure);
    fake_savepoint_path(app_id, snapshot->name, snapshot->trigger_id, path, sizeof path);
    struct point *point = fake_clusters_point(self, path);
    if (point != NULL) point->is_used = false;
    return true;
}

static bool erase_app(void *userdata, const char *app_id, struct error *err) {
    struct fake_clusters *self = userdata;
    char prefix[FILE_PATH_MAX];

    if (!fake_clusters_count_call(self, err)) return false;
    (void)text_format(prefix, sizeof prefix, "/disk/%s/", app_id);
    for (size_t index = 0; index < POINTS_MAX; index++)
        if (text_starts_with(self->points[index].path, prefix)) self->points[index].is_used = false;
    return true;
}

static int64_t disk_used_bytes(void *self, const char *app_id) {
    (void)self;
    (void)app_id;
    return 0;
}

static const struct state_files_ops state_files_ops = {
    .find_checkpoint = find_checkpoint,
    .find_savepoint = find_savepoint,
    .locate = locate,
    .publish = publish,
    .published_directory = published_directory,
    .measure = measure,
    .check_imported = check_imported,
    .remove_published = remove_published,
    .prune_checkpoints = prune_checkpoints,
    .remove_snapshot = remove_snapshot,
    .erase_app = erase_app,
    .disk_used_bytes = disk_used_bytes,
};

struct state_files_port fake_clusters_state_files(struct fake_clusters *self) {
    return (struct state_files_port){.ops = &state_files_ops, .self = self};
}

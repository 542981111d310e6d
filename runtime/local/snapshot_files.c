#include "runtime/local/snapshot_files.h"

#include "base/file_inside.h"
#include "base/text.h"
#include "runtime/host/trash.h"
#include "runtime/savepoint/savepoint_files.h"
#include "runtime/savepoint/savepoint_misfit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "apps/.snapshots"

bool snapshot_files_root(const char *data_directory, char out_path[static FILE_PATH_MAX],
                         struct error *err) {
    return file_join(out_path, FILE_PATH_MAX, err, data_directory, ROOT, NULL);
}

// `apps` may be a link to another file system.
bool snapshot_files_make_root(const char *data_directory, struct error *err) {
    char root[FILE_PATH_MAX];

    return snapshot_files_root(data_directory, root, err) && file_make_directories(root, 0700, err);
}

bool snapshot_files_directory(const char *data_directory, const char *enhanced_id,
                              char out_path[static FILE_PATH_MAX], struct error *err) {
    return file_join(out_path, FILE_PATH_MAX, err, data_directory, ROOT, enhanced_id, NULL);
}

bool snapshot_files_find(const char *data_directory, const char *enhanced_id,
                         char out_path[static FILE_PATH_MAX]) {
    char root[FILE_PATH_MAX];
    char metadata[FILE_PATH_MAX];

    return snapshot_files_root(data_directory, root, NULL) &&
           file_join(metadata, sizeof metadata, NULL, enhanced_id, "_metadata", NULL) &&
           file_is_regular_inside(root, metadata) &&
           snapshot_files_directory(data_directory, enhanced_id, out_path, NULL);
}

// --- moving ---

// Both parents are opened without following a link of the job's.
static bool move(const char *app, const char *relative, const char *root, const char *name,
                 struct error *err) {
    AUTO(file_close) int from = -1;
    AUTO(file_close) int to = -1;
    char parent[FILE_PATH_MAX];
    const char *last = strrchr(relative, '/');

    if (last == NULL) return error_set(err, ERROR_INVALID, "'%s' is not a savepoint", relative);
    (void)text_format(parent, sizeof parent, "%.*s", (int)(last - relative), relative);
    if (!file_open_directory_inside(app, parent, &from, err)) return false;
    if (!file_open_directory_inside(root, "", &to, err)) return false;
    return renameat(from, last + 1, to, name) == 0 ||
           error_system(err, errno, "move the savepoint '%s'", relative);
}

bool snapshot_files_publish(const char *data_directory, const char *app_id, const char *savepoint,
                            const char *enhanced_id, char out_path[static FILE_PATH_MAX],
                            struct error *err) {
    char app[FILE_PATH_MAX];
    char root[FILE_PATH_MAX];
    char metadata[FILE_PATH_MAX];

    // A daemon that died between the move and its record does this again.
    if (snapshot_files_find(data_directory, enhanced_id, out_path)) return true;
    if (!file_join(app, sizeof app, err, data_directory, "apps", app_id, NULL) ||
        !snapshot_files_root(data_directory, root, err))
        return false;
    const char *relative = file_below(app, savepoint);
    if (relative == NULL)
        return error_set(err, ERROR_NOT_FOUND, "the savepoint is not one of the application: '%s'",
                         savepoint);
    // A link there stays where it is, too.
    if (!file_join(metadata, sizeof metadata, err, relative, "_metadata", NULL)) return false;
    if (!file_is_regular_inside(app, metadata))
        return error_set(err, ERROR_NOT_FOUND, "the savepoint '%s' is incomplete", relative);
    if (!snapshot_files_make_root(data_directory, err)) return false;
    // What is incomplete there cannot be restored.
    if (!snapshot_files_remove(data_directory, enhanced_id, err)) return false;
    return move(app, relative, root, enhanced_id, err) &&
           snapshot_files_directory(data_directory, enhanced_id, out_path, err);
}

// --- measuring ---

// A savepoint has a level of directories at most.
enum { DEPTH_MAX = 4, FILES_MAX = 5000 };

struct measure {
    const char *root;
    char directory[FILE_PATH_MAX];
    int fd; // of `directory`
    int depth;
    int files;
    int64_t bytes;
};

static bool measure_entry(void *userdata, const char *name, enum file_kind kind, struct error *err);

static void measure_directory(struct measure *self) {
    int outer = self->fd;

    if (file_open_directory_inside(self->root, self->directory, &self->fd, NULL)) {
        error_ignore(file_list_inside(self->root, self->directory, measure_entry, self, NULL));
        (void)close(self->fd);
    }
    self->fd = outer;
}

static void measure_below(struct measure *self, const char *path) {
    char directory[FILE_PATH_MAX];

    (void)text_copy(directory, sizeof directory, self->directory);
    (void)text_copy(self->directory, sizeof self->directory, path);
    self->depth++;
    measure_directory(self);
    self->depth--;
    (void)text_copy(self->directory, sizeof self->directory, directory);
}

static bool measure_entry(void *userdata, const char *name, enum file_kind kind,
                          struct error *err) {
    struct measure *self = userdata;
    char path[FILE_PATH_MAX];
    struct stat status;

    (void)err;
    if (self->files++ >= FILES_MAX) return false;
    if (!file_join(path, sizeof path, NULL, self->directory, name, NULL)) return true;
    if (kind == FILE_DIRECTORY && self->depth < DEPTH_MAX) measure_below(self, path);
    if (kind == FILE_REGULAR && fstatat(self->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        self->bytes += status.st_size;
    return true;
}

int64_t snapshot_files_measure(const char *data_directory, const char *enhanced_id) {
    char root[FILE_PATH_MAX];
    struct measure self = {.root = root, .fd = -1};

    if (!snapshot_files_root(data_directory, root, NULL)) return 0;
    (void)text_copy(self.directory, sizeof self.directory, enhanced_id);
    measure_directory(&self);
    return self.bytes;
}

bool snapshot_files_check_imported(const char *data_directory, const char *enhanced_id,
                                   struct error *err) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    char misfit[SAVEPOINT_MISFIT_SIZE];
    char root[FILE_PATH_MAX];
    char directory[FILE_PATH_MAX];
    struct error why;

    if (!snapshot_files_root(data_directory, root, err)) return false;
    if (!savepoint_metadata_read(root, enhanced_id, &metadata, &why)) {
        // Flink has no such limit.
        if (why.kind == ERROR_LIMIT) return true;
        return error_set(err, why.kind, "%s", why.message);
    }
    if (savepoint_misfit_of_import(&metadata, misfit))
        return error_set(err, ERROR_INVALID, "%s", misfit);
    return snapshot_files_directory(data_directory, enhanced_id, directory, err) &&
           savepoint_files_check(directory, &metadata, err);
}

bool snapshot_files_remove(const char *data_directory, const char *enhanced_id, struct error *err) {
    char directory[FILE_PATH_MAX];

    return snapshot_files_directory(data_directory, enhanced_id, directory, err) &&
           trash_put(data_directory, directory, err);
}

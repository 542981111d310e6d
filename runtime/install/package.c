#include "runtime/install/package.h"

#include "base/digest.h"
#include "base/environment.h"
#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/install/download.h"
#include "runtime/install/package_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char PACKAGE[] = "apache-flink-libraries";
static const char INDEX_LOG[] = "pip-index.log";
static const size_t INDEX_LOG_MAX_BYTES = (size_t)8 << 20;

// --- the cache ---

struct place {
    char directory[FILE_PATH_MAX];
    char archive[FILE_PATH_MAX];
    char partial[FILE_PATH_MAX]; // the beginning of it
};

bool package_cache(char out[static FILE_PATH_MAX], struct error *err) {
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (!text_is_empty(cache))
        return file_join(out, FILE_PATH_MAX, err, cache, "kobel/downloads", NULL);
    return file_join(out, FILE_PATH_MAX, err, home == NULL ? "/tmp" : home,
                     ".cache/kobel/downloads", NULL);
}

static bool place_of(const char *version, struct place *out, struct error *err) {
    char file[128];
    char partial[136];

    (void)text_format(file, sizeof file, "%s-%s.tar.gz", PACKAGE, version);
    (void)text_format(partial, sizeof partial, "%s.part", file);
    return package_cache(out->directory, err) &&
           file_join(out->archive, FILE_PATH_MAX, err, out->directory, file, NULL) &&
           file_join(out->partial, FILE_PATH_MAX, err, out->directory, partial, NULL);
}

static int64_t size_of(const char *path) {
    struct stat facts;

    return stat(path, &facts) < 0 ? 0 : (int64_t)facts.st_size;
}

struct package_presence package_find(const char *version) {
    struct place place;

    if (!place_of(version, &place, NULL)) return (struct package_presence){0};
    return (struct package_presence){.is_complete = file_exists(place.archive),
                                     .size_bytes = size_of(place.partial)};
}

void package_drop(const char *archive) {
    error_ignore(file_remove_tree(archive, NULL));
}

// --- kobel's own download ---

// pip knows the indexes of the user, and does not continue a download.
static bool find_link(const struct installation *self, struct package_link *out_link) {
    static const char *const command[] = {
        "/usr/bin/env", "python3",  "-m",    "pip",
        "index",        "versions", "-vvv",  "--disable-pip-version-check",
        "--no-binary",  ":all:",    PACKAGE, NULL};
    AUTO(buffer_release) struct buffer output = BUFFER_INIT(INDEX_LOG_MAX_BYTES);
    char path[FILE_PATH_MAX];

    return installation_run(self, command, INDEX_LOG, NULL) &&
           file_join(path, sizeof path, NULL, self->scratch, INDEX_LOG, NULL) &&
           file_read(path, &output, NULL) &&
           package_link_find(buffer_text(&output), self->version, out_link);
}

static bool has_digest(const char *path, const char *sha256) {
    AUTO(digest_free) struct digest *digest = digest_new_sha256();
    AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char bytes[65536];
    char found[DIGEST_SHA256_HEX_SIZE];
    ssize_t count = fd < 0 ? -1 : 0;

    if (sha256[0] == '\0') return true;
    while (fd >= 0 && (count = read(fd, bytes, sizeof bytes)) > 0)
        digest_add(digest, bytes, (size_t)count);
    digest_finish_sha256(digest, found);
    return count == 0 && text_equal(found, sha256);
}

static void on_progress(void *userdata, double fraction) {
    installation_report(userdata, "download", fraction);
}

// ERROR_NOT_FOUND: not in this way.
static bool download(struct installation *self, const struct place *place, struct error *err) {
    struct package_link link;
    struct download order = {.path = place->partial,
                             .authorities = environment_or("PIP_CERT", NULL),
                             .progress = on_progress,
                             .userdata = self};

    if (!find_link(self, &link))
        return error_set(err, ERROR_NOT_FOUND, "pip does not name the place of %s", PACKAGE);
    order.url = link.url;
    if (!download_run(&order, err)) return false;
    if (!has_digest(place->partial, link.sha256)) {
        package_drop(place->partial);
        return error_set(err, ERROR_UNAVAILABLE,
                         "the file that was downloaded is not the one that the index describes");
    }
    return rename(place->partial, place->archive) == 0 ||
           error_system(err, errno, "rename '%s'", place->partial);
}

// --- pip's own download ---

struct search {
    const char *directory;
    char path[FILE_PATH_MAX];
};

static bool visit_download(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct search *search = userdata;

    if (is_directory || !text_ends_with(name, ".tar.gz")) return true;
    return file_join(search->path, sizeof search->path, err, search->directory, name, NULL);
}

static bool download_by_pip(const struct installation *self, const struct place *place,
                            struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};
    AUTO(argument_list_release) struct argument_list move = {0};
    char fresh[FILE_PATH_MAX];
    struct search search = {.directory = fresh};

    if (!file_join(fresh, sizeof fresh, err, self->scratch, "download", NULL) ||
        !file_make_directories(fresh, 0755, err))
        return false;
    argument_list_add_all(&command, "/usr/bin/env", "python3", "-m", "pip", "download", "--no-deps",
                          "--no-binary", ":all:", "--disable-pip-version-check", "-d", fresh, NULL);
    argument_list_add_format(&command, "%s==%s", PACKAGE, self->version);
    if (!installation_run(self, argument_list_items(&command), "pip.log", err))
        return error_set(err, ERROR_UNAVAILABLE,
                         "pip could not download %s==%s (python3 -m pip; its output is in "
                         "%s/pip.log). Use --from with an official Flink distribution instead",
                         PACKAGE, self->version, self->scratch);
    // Its name has "-" from older versions of pip, and "_" from newer ones.
    if (!file_list(fresh, visit_download, &search, err)) return false;
    if (search.path[0] == '\0')
        return error_set(err, ERROR_UNAVAILABLE,
                         "pip downloaded no *.tar.gz of %s==%s (its output is in %s/pip.log). Use "
                         "--from with an official Flink distribution instead",
                         PACKAGE, self->version, self->scratch);
    // Moved into the cache, so that a download that was cut off is never used.
    argument_list_add_all(&move, "/bin/mv", "-f", search.path, place->archive, NULL);
    return installation_run(self, argument_list_items(&move), NULL, err);
}

// --- both ---

// Installations into other directories use the same cache. The lock ends with the process.
static bool lock(const struct place *place, int *out_fd, struct error *err) {
    AUTO(file_close) int fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return error_system(err, errno, "lock '%s'", place->directory);
    *out_fd = file_take(&fd);
    return true;
}

bool package_obtain(struct installation *self, char out_archive[static FILE_PATH_MAX],
                    struct error *err) {
    AUTO(file_close) int lock_fd = -1;
    struct place place;
    struct error failure;

    if (!place_of(self->version, &place, err) || !file_make_directories(place.directory, 0755, err))
        return false;
    (void)text_copy(out_archive, FILE_PATH_MAX, place.archive);
    installation_report(self, "download", -1);
    if (!lock(&place, &lock_fd, err)) return false;
    if (file_exists(place.archive) || download(self, &place, &failure)) return true;
    if (failure.kind == ERROR_NOT_FOUND) return download_by_pip(self, &place, err);
    if (failure.kind != ERROR_UNAVAILABLE)
        return error_set(err, failure.kind, "%s", failure.message);
    return error_set(err, ERROR_UNAVAILABLE,
                     "the download of %s %s was interrupted after %lld MB: %.300s. Run the command "
                     "again: it continues there",
                     PACKAGE, self->version, (long long)(size_of(place.partial) / 1000000),
                     failure.message);
}

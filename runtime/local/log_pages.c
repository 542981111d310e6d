#include "runtime/local/log_pages.h"

#include "base/file_inside.h"
#include "base/growing_file.h"
#include "base/text.h"
#include "runtime/local/workspace.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A cluster of 64 KPUs has 130 files. More clusters than are kept exist only for a moment.
enum { FILES_MAX = 300, CLUSTERS_MAX = 32 };

struct names {
    char list[FILES_MAX][INSIGHT_LOG_FILE_SIZE];
    size_t count;
    size_t limit;
};

static bool is_number(const char *text) {
    size_t length = strspn(text, "0123456789");

    return length > 0 && length < 5 && text[length] == '\0';
}

// "jobmanager.log", "taskmanager-12.out"
static bool is_log(const char *name) {
    char stem[INSIGHT_LOG_FILE_SIZE];
    size_t length = strlen(name);

    if (!text_ends_with(name, ".log") && !text_ends_with(name, ".out")) return false;
    if (length >= sizeof stem) return false;
    (void)text_format(stem, sizeof stem, "%.*s", (int)(length - 4), name);
    if (text_equal(stem, "jobmanager")) return true;
    return text_starts_with(stem, "taskmanager-") && is_number(stem + strlen("taskmanager-"));
}

// "<app id>-<hex number>"; -1: another name.
static int64_t number_of(const char *cluster_id) {
    const char *dash = strrchr(cluster_id, '-');
    bool is_plain = cluster_id[strspn(cluster_id, "0123456789abcdef-")] == '\0';
    char *end = NULL;

    if (!is_plain || dash == NULL || dash[1] == '\0' || strlen(dash) > 12) return -1;
    int64_t number = strtoll(dash + 1, &end, 16);
    return *end == '\0' ? number : -1;
}

static void add_name(struct names *names, const char *name) {
    if (names->count == names->limit) return;
    if (text_copy(names->list[names->count], INSIGHT_LOG_FILE_SIZE, name)) names->count++;
}

static bool add_file(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    (void)err;
    if (kind == FILE_REGULAR && is_log(name)) add_name(userdata, name);
    return true;
}

static bool add_cluster(void *userdata, const char *name, bool is_directory, struct error *err) {
    (void)err;
    if (is_directory && number_of(name) >= 0) add_name(userdata, name);
    return true;
}

static int by_name(const void *left, const void *right) {
    return strcmp(left, right);
}

static int by_number(const void *left, const void *right) {
    int64_t difference = number_of(left) - number_of(right);

    return difference < 0 ? -1 : difference > 0;
}

static bool cluster_root_of(const char *data_directory, const char *app_id, const char *cluster_id,
                            char out[static FILE_PATH_MAX], struct error *err) {
    char clusters[FILE_PATH_MAX];

    return workspace_clusters_directory(data_directory, app_id, clusters, err) &&
           file_join(out, FILE_PATH_MAX, err, clusters, cluster_id, NULL);
}

static bool open_log(const char *cluster_root, const char *file, int *out_fd, struct error *err) {
    char relative[INSIGHT_LOG_FILE_SIZE + sizeof WORKSPACE_LOG];

    (void)text_format(relative, sizeof relative, WORKSPACE_LOG "/%s", file);
    return file_open_inside(cluster_root, relative, out_fd, err);
}

static void visit_file(const char *cluster_root, struct insight_log *log, insight_log_fn *visit,
                       void *userdata) {
    AUTO(file_close) int fd = -1;

    // It may have been removed or replaced since the listing.
    if (!open_log(cluster_root, log->file, &fd, NULL)) return;
    log->size_bytes = lseek(fd, 0, SEEK_END);
    if (log->size_bytes >= 0) visit(userdata, log);
}

static void visit_cluster(const char *data_directory, const char *app_id, const char *cluster_id,
                          insight_log_fn *visit, void *userdata) {
    struct names files = {.limit = FILES_MAX};
    struct insight_log log = {.number = number_of(cluster_id)};
    char root[FILE_PATH_MAX];

    if (!cluster_root_of(data_directory, app_id, cluster_id, root, NULL) ||
        !file_list_inside(root, WORKSPACE_LOG, add_file, &files, NULL))
        return;
    (void)text_copy(log.cluster_id, sizeof log.cluster_id, cluster_id);
    qsort(files.list, files.count, sizeof files.list[0], by_name);
    for (size_t index = 0; index < files.count; index++) {
        (void)text_copy(log.file, sizeof log.file, files.list[index]);
        visit_file(root, &log, visit, userdata);
    }
}

bool log_pages_list(const char *data_directory, const char *app_id, insight_log_fn *visit,
                    void *userdata, struct error *err) {
    struct names clusters = {.limit = CLUSTERS_MAX};
    char directory[FILE_PATH_MAX];

    if (!workspace_clusters_directory(data_directory, app_id, directory, err)) return false;
    if (!file_is_directory(directory)) return true;
    if (!file_list(directory, add_cluster, &clusters, err)) return false;
    qsort(clusters.list, clusters.count, sizeof clusters.list[0], by_number);
    for (size_t index = 0; index < clusters.count; index++)
        visit_cluster(data_directory, app_id, clusters.list[index], visit, userdata);
    return true;
}

// --- reading ---

// How many of the last bytes begin a character whose end is not written yet.
static size_t incomplete_bytes(const char *bytes, size_t size_bytes) {
    for (size_t back = 1; back <= 3 && back <= size_bytes; back++) {
        unsigned char byte = (unsigned char)bytes[size_bytes - back];
        size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        if (byte >= 0xC0) return wanted > back ? back : 0;
        if (byte < 0x80) return 0;
    }
    return 0;
}

bool log_pages_read(const char *data_directory, const char *app_id, const char *cluster_id,
                    const char *file, int64_t from, struct insight_log_page *out_page,
                    struct error *err) {
    char root[FILE_PATH_MAX];
    AUTO(file_close) int fd = -1;

    if (number_of(cluster_id) < 0 || !is_log(file))
        return error_set(err, ERROR_NOT_FOUND, "there is no log '%.60s' of a cluster '%.60s'", file,
                         cluster_id);
    if (!cluster_root_of(data_directory, app_id, cluster_id, root, err) ||
        !open_log(root, file, &fd, err))
        return false;
    int64_t next = from < 0 ? 0 : from;
    size_t got =
        growing_file_read(fd, &next, out_page->bytes, sizeof out_page->bytes, &out_page->place);
    out_page->from = next - (int64_t)got;
    out_page->size_file_bytes = lseek(fd, 0, SEEK_END);
    size_t incomplete = incomplete_bytes(out_page->bytes, got);
    // A gap follows: the character stays incomplete.
    if (incomplete == got && next < out_page->size_file_bytes) incomplete = 0;
    out_page->size_bytes = got - incomplete;
    out_page->next = next - (int64_t)incomplete;
    return true;
}

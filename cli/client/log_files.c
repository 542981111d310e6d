#include "cli/client/log_files.h"

#include "base/line_cutter.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/client/app_calls.h"

#include <string.h>

// A longer line is cut into pieces. One call reads at most this much of a file, so that the caller
// can check for interrupts however much is printed.
enum { LINE_MAX_BYTES = 65536, TURN_MAX_BYTES = 1 << 20, TIMEOUT_MS = 10000 };

struct log_file {
    struct log_file *next;
    char *cluster;
    char *name;
    char *source;
    bool is_output;
    int64_t position;
    struct line_cutter cutter;
};

struct log_files {
    struct client *client;
    char *app_name;
    int64_t first;            // number of the first cluster that counts; -1: not known yet
    struct log_file *files;   // in the order in which they were found
    struct log_file *current; // whose lines are being passed on
    log_files_line_fn *on_line;
    void *userdata;
};

struct log_files *log_files_new(struct client *client, const char *app_name,
                                log_files_line_fn *on_line, void *userdata) {
    struct log_files *files = memory_alloc(sizeof *files);

    files->client = client;
    files->app_name = memory_copy_text(app_name);
    files->first = -1;
    files->on_line = on_line;
    files->userdata = userdata;
    return files;
}

void log_files_free(struct log_files *files) {
    if (files == NULL) return;
    while (files->files != NULL) {
        struct log_file *file = files->files;
        files->files = file->next;
        memory_free(file->cluster);
        memory_free(file->name);
        memory_free(file->source);
        line_cutter_release(&file->cutter);
        memory_free(file);
    }
    memory_free(files->app_name);
    memory_free(files);
}

bool log_files_has_any(const struct log_files *files) {
    return files->files != NULL;
}

// --- the list of files ---

static struct log_file *find_or_add(struct log_files *files, const json_t *entry) {
    const char *cluster = json_text_or(entry, "cluster", "");
    const char *name = json_text_or(entry, "file", "");
    struct log_file **end = &files->files;

    for (; *end != NULL; end = &(*end)->next)
        if (text_equal((*end)->cluster, cluster) && text_equal((*end)->name, name)) return *end;
    struct log_file *file = memory_alloc(sizeof *file);
    file->cluster = memory_copy_text(cluster);
    file->name = memory_copy_text(name);
    file->source = memory_copy_text(json_text_or(entry, "source", ""));
    file->is_output = json_is_true(json_member(entry, "isOutput"));
    line_cutter_init(&file->cutter, LINE_MAX_BYTES);
    *end = file;
    return file;
}

static int64_t newest_of(const json_t *list) {
    int64_t newest = 0;
    size_t index;
    json_t *entry;

    json_array_foreach(list, index, entry) {
        int64_t number = json_int_or(entry, "number", 0);
        if (number > newest) newest = number;
    }
    return newest;
}

static bool list(struct log_files *files, json_t **out_reply, struct error *err) {
    return app_get(files->client, files->app_name, "/logs", TIMEOUT_MS, out_reply, err);
}

bool log_files_skip_old(struct log_files *files, bool only_newer, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    size_t index;
    json_t *entry;

    if (!list(files, &reply, err)) return false;
    const json_t *entries = json_member(reply, "files");
    files->first = newest_of(entries) + (only_newer ? 1 : 0);
    json_array_foreach(entries, index, entry) {
        if (json_int_or(entry, "number", 0) < files->first) continue;
        struct log_file *file = find_or_add(files, entry);
        file->position = json_int_or(entry, "sizeBytes", 0);
    }
    return true;
}

// --- reading ---

static void pass_line(void *userdata, const char *text, size_t length) {
    struct log_files *files = userdata;
    struct log_files_line line = {files->current->source, files->current->is_output, text, length};

    files->on_line(files->userdata, &line);
}

static bool read_page(struct log_files *files, struct log_file *file, size_t *out_bytes,
                      struct error *err) {
    AUTO(json_decref) json_t *page = NULL;
    AUTO(memory_free)
    char *rest = memory_format("/logs?cluster=%s&file=%s&from=%lld", file->cluster, file->name,
                               (long long)file->position);

    if (!app_get(files->client, files->app_name, rest, TIMEOUT_MS, &page, err)) return false;
    const char *place = json_text_or(page, "place", "on");
    const char *text = json_text_or(page, "text", "");
    if (!text_equal(place, "on")) line_cutter_restart(&file->cutter, text_equal(place, "gap"));
    files->current = file;
    line_cutter_add(&file->cutter, text, strlen(text), pass_line, files);
    file->position = json_int_or(page, "next", file->position);
    *out_bytes = strlen(text);
    return true;
}

// A file that was removed meanwhile has no more lines.
static bool read_file(struct log_files *files, struct log_file *file, int64_t end_bytes,
                      bool *has_more, struct error *err) {
    for (size_t read_bytes = 0; file->position != end_bytes;) {
        size_t bytes = 0;
        if (!read_page(files, file, &bytes, err)) return err->kind == ERROR_NOT_FOUND;
        read_bytes += bytes;
        if (bytes == 0) return true;
        if (read_bytes < TURN_MAX_BYTES) continue;
        *has_more = true;
        return true;
    }
    return true;
}

bool log_files_read(struct log_files *files, bool *out_has_more, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    bool has_more = false;
    size_t index;
    json_t *entry;

    if (!list(files, &reply, err)) return false;
    const json_t *entries = json_member(reply, "files");
    if (files->first < 0) files->first = newest_of(entries);
    json_array_foreach(entries, index, entry) {
        if (json_int_or(entry, "number", 0) < files->first) continue;
        struct log_file *file = find_or_add(files, entry);
        if (!read_file(files, file, json_int_or(entry, "sizeBytes", 0), &has_more, err))
            return false;
    }
    *out_has_more = has_more;
    return true;
}

void log_files_flush(struct log_files *files) {
    for (struct log_file *file = files->files; file != NULL; file = file->next) {
        files->current = file;
        line_cutter_flush(&file->cutter, pass_line, files);
    }
}

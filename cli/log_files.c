#include "cli/log_files.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/growing_file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// A longer line is handed on in pieces. One turn takes so much of a file, so that whoever looks for
// interrupts in between gets to it however much is printed.
enum { LINE_MAX_BYTES = 65536, TURN_MAX_BYTES = 4 << 20 };

struct log_file {
    struct log_file *next;
    char directory[FILE_PATH_MAX];
    char name[256];
    char source[64];
    bool is_output;
    bool skips; // to the end of a line whose beginning is gone
    int64_t offset;
    struct buffer rest; // of a line without its end
};

struct log_files {
    char directory[FILE_PATH_MAX];
    int64_t newest; // number of the newest cluster that was seen
    int64_t first;  // number of the first cluster that counts
    bool has_first;
    struct log_file *files; // in the order of their finding
    log_files_line_fn *on_line;
    void *userdata;
};

// --- finding ---

// "<app id>-<hex number>": clusters are numbered as they are launched. -1: another name.
static int64_t cluster_number(const char *name) {
    const char *dash = strrchr(name, '-');
    char *end = NULL;

    if (dash == NULL || dash[1] == '\0') return -1;
    long long number = strtoll(dash + 1, &end, 16);
    return *end == '\0' ? number : -1;
}

static bool note_newest(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct log_files *files = userdata;
    int64_t number = cluster_number(name);

    (void)err;
    if (is_directory && number > files->newest) files->newest = number;
    return true;
}

static void look_for_newest(struct log_files *files) {
    struct error ignored;

    if (file_is_directory(files->directory))
        (void)!file_list(files->directory, note_newest, files, &ignored);
}

// "taskmanager-1.log" and "jobmanager.out" are of interest; files of RocksDB and of the collector
// are not.
static bool is_log(const char *name) {
    return (text_starts_with(name, "jobmanager") || text_starts_with(name, "taskmanager")) &&
           (text_ends_with(name, ".log") || text_ends_with(name, ".out"));
}

struct place {
    struct log_files *files;
    char directory[FILE_PATH_MAX];
};

// Below the directory anything may lie: the job can write to it.
static bool add_file(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    struct place *place = userdata;
    struct log_file **end = &place->files->files;

    (void)err;
    if (kind != FILE_REGULAR || !is_log(name)) return true;
    // Those of a cluster are in the order of their names.
    for (; *end != NULL; end = &(*end)->next) {
        if (!text_equal((*end)->directory, place->directory)) continue;
        int order = strcmp((*end)->name, name);
        if (order == 0) return true;
        if (order > 0) break;
    }
    struct log_file *file = memory_alloc(sizeof *file);
    (void)text_copy(file->directory, sizeof file->directory, place->directory);
    (void)text_copy(file->name, sizeof file->name, name);
    (void)text_format(file->source, sizeof file->source, "%.*s", (int)(strlen(name) - 4), name);
    file->is_output = text_ends_with(name, ".out");
    file->rest = BUFFER_INIT(LINE_MAX_BYTES);
    file->next = *end;
    *end = file;
    return true;
}

static bool add_cluster(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct log_files *files = userdata;
    struct place place = {.files = files};

    if (!is_directory || cluster_number(name) < files->first) return true;
    if (!file_join(place.directory, sizeof place.directory, err, files->directory, name, "log",
                   NULL))
        return false;
    return !file_is_directory(place.directory) ||
           file_list_inside(place.directory, "", add_file, &place, err);
}

static void find_files(struct log_files *files) {
    struct error ignored;

    if (!file_is_directory(files->directory)) return;
    if (!files->has_first) {
        look_for_newest(files);
        files->first = files->newest;
        files->has_first = true;
    }
    // A directory that is removed while it is read is simply not there any more.
    (void)!file_list(files->directory, add_cluster, files, &ignored);
}

struct log_files *log_files_new(const char *clusters_directory, bool skips_old,
                                log_files_line_fn *on_line, void *userdata) {
    struct log_files *files = memory_alloc(sizeof *files);

    (void)text_copy(files->directory, sizeof files->directory, clusters_directory);
    files->on_line = on_line;
    files->userdata = userdata;
    if (skips_old) {
        look_for_newest(files);
        files->first = files->newest + 1;
        files->has_first = true;
    }
    return files;
}

void log_files_free(struct log_files *files) {
    if (files == NULL) return;
    while (files->files != NULL) {
        struct log_file *file = files->files;
        files->files = file->next;
        buffer_release(&file->rest);
        memory_free(file);
    }
    memory_free(files);
}

// --- reading ---

static void hand_on(struct log_files *files, struct log_file *file) {
    struct log_files_line line = {file->source, file->is_output, buffer_text(&file->rest),
                                  file->rest.size_bytes};

    files->on_line(files->userdata, &line);
    buffer_clear(&file->rest);
}

static void take_bytes(struct log_files *files, struct log_file *file, const char *bytes,
                       size_t size_bytes) {
    struct error ignored;

    if (file->skips) {
        const char *end = memchr(bytes, '\n', size_bytes);
        if (end == NULL) return;
        file->skips = false;
        size_bytes -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
    }
    while (size_bytes > 0) {
        const char *end = memchr(bytes, '\n', size_bytes);
        size_t length = end == NULL ? size_bytes : (size_t)(end - bytes);
        // A line that is too long for the buffer is cut here.
        if (!buffer_append(&file->rest, bytes, length, &ignored)) {
            hand_on(files, file);
            (void)!buffer_append(&file->rest, bytes, length, &ignored);
        }
        if (end == NULL) return;
        hand_on(files, file);
        bytes += length + 1;
        size_bytes -= length + 1;
    }
}

// What was dropped between may have held the rest of a line, and the beginning of the next.
static void note_place(struct log_file *file, enum growing_file_place place) {
    if (place == GROWING_FILE_ON) return;
    buffer_clear(&file->rest);
    file->skips = place == GROWING_FILE_GAP;
}

// True: there is more.
static bool read_file(struct log_files *files, struct log_file *file) {
    char block[16384];
    AUTO(file_close) int fd = -1;
    enum growing_file_place place;
    struct error ignored;

    if (!file_open_inside(file->directory, file->name, &fd, &ignored)) return false;
    for (size_t taken = 0; taken < TURN_MAX_BYTES;) {
        size_t got = growing_file_read(fd, &file->offset, block, sizeof block, &place);
        note_place(file, place);
        if (got == 0) return false;
        taken += got;
        take_bytes(files, file, block, got);
    }
    return true;
}

bool log_files_read(struct log_files *files) {
    bool has_more = false;

    find_files(files);
    for (struct log_file *file = files->files; file != NULL; file = file->next)
        has_more = read_file(files, file) || has_more;
    return has_more;
}

void log_files_flush(struct log_files *files) {
    for (struct log_file *file = files->files; file != NULL; file = file->next)
        if (file->rest.size_bytes > 0) hand_on(files, file);
}

#include "base/jar_within.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct jar_within {
    struct archive *archive; // its data come next
    char name[FILE_PATH_MAX];
    int64_t copied_bytes;
};

static void close_archive(struct archive *archive) {
    (void)archive_read_free(archive);
}
DEFINE_AUTO(close_archive, struct archive *);

static bool fail(struct archive *archive, struct error *err) {
    const char *reason = archive_error_string(archive);

    return error_set(err, ERROR_INVALID, "the zip cannot be read: %s",
                     reason == NULL ? "it is damaged" : reason);
}

// --- what kind of file ---

enum { LOCAL_HEADER_BYTES = 30, NAME_SEEN_BYTES = 512 };

static bool is_of_a_program(const char *name) {
    return text_starts_with(name, "META-INF/") || text_ends_with(name, ".class") ||
           text_ends_with(name, ".py");
}

// What macOS adds beside each file.
static bool is_shadow(const char *name) {
    return text_starts_with(name, "__MACOSX/");
}

// Most jars say so in their first bytes; the directory of a large one takes a while to read.
static bool may_hold_a_jar(const char *path, bool *out_may, struct error *err) {
    unsigned char head[LOCAL_HEADER_BYTES + NAME_SEEN_BYTES];
    char name[NAME_SEEN_BYTES + 1] = "";

    AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return error_system(err, errno, "open '%s'", path);
    ssize_t got = read(fd, head, sizeof head);
    if (got < 0) return error_system(err, errno, "read '%s'", path);
    *out_may = got > LOCAL_HEADER_BYTES && memcmp(head, "PK\3\4", 4) == 0;
    if (!*out_may) return true;
    size_t length = head[26] | (size_t)head[27] << 8;
    size_t seen = (size_t)got - LOCAL_HEADER_BYTES;
    (void)text_format(name, sizeof name, "%.*s", (int)(length < seen ? length : seen),
                      (const char *)head + LOCAL_HEADER_BYTES);
    *out_may = !is_of_a_program(name);
    return true;
}

// --- entries ---

static struct archive *open_archive(const char *path, struct error *err) {
    AUTO(close_archive) struct archive *archive = archive_read_new();

    if (archive == NULL) {
        (void)error_set(err, ERROR_SYSTEM, "libarchive does not start");
        return NULL;
    }
    (void)archive_read_support_format_zip_seekable(archive);
    if (archive_read_open_filename(archive, path, 65536) == ARCHIVE_OK) return TAKE(archive);
    (void)fail(archive, err);
    return NULL;
}

// The name of the next file; "" for what has none that can be read, NULL at the end.
static bool next_name(struct archive *archive, const char **out_name, struct error *err) {
    struct archive_entry *entry = NULL;
    int code = archive_read_next_header(archive, &entry);

    *out_name = NULL;
    if (code == ARCHIVE_EOF) return true;
    if (code < ARCHIVE_WARN) return fail(archive, err);
    if (archive_entry_filetype(entry) == AE_IFREG) *out_name = archive_entry_pathname_utf8(entry);
    if (*out_name == NULL) *out_name = "";
    return true;
}

// The only jar; "" when there is none, or more.
static bool find_jar(const char *path, char *out_jar, size_t size_bytes, struct error *err) {
    AUTO(close_archive) struct archive *archive = open_archive(path, err);
    const char *name = NULL;
    size_t count = 0;

    out_jar[0] = '\0';
    if (archive == NULL) return false;
    for (;;) {
        if (!next_name(archive, &name, err)) return false;
        if (name == NULL) break;
        if (is_of_a_program(name)) count += 2;
        if (count > 1) break;
        if (!text_ends_with(name, ".jar") || is_shadow(name)) continue;
        if (!text_copy(out_jar, size_bytes, name)) count += 2;
        count++;
    }
    if (count > 1) out_jar[0] = '\0';
    return true;
}

static struct archive *go_to(const char *path, const char *wanted, struct error *err) {
    AUTO(close_archive) struct archive *archive = open_archive(path, err);
    const char *name = "";

    if (archive == NULL) return NULL;
    while (name != NULL && !text_equal(name, wanted))
        if (!next_name(archive, &name, err)) return NULL;
    if (name != NULL) return TAKE(archive);
    (void)error_set(err, ERROR_INVALID, "the zip changed while it was read");
    return NULL;
}

bool jar_within_open(const char *path, struct jar_within **out_jar, struct error *err) {
    AUTO(jar_within_free) struct jar_within *jar = memory_alloc(sizeof *jar);
    bool may_hold = false;

    *out_jar = NULL;
    if (!may_hold_a_jar(path, &may_hold, err)) return false;
    if (!may_hold) return true;
    if (!find_jar(path, jar->name, sizeof jar->name, err)) return false;
    if (jar->name[0] == '\0') return true;
    jar->archive = go_to(path, jar->name, err);
    if (jar->archive == NULL) return false;
    *out_jar = TAKE(jar);
    return true;
}

const char *jar_within_name(const struct jar_within *jar) {
    return jar->name;
}

bool jar_within_copy(struct jar_within *jar, int to, int64_t slice_bytes, int64_t limit_bytes,
                     bool *out_is_last, struct error *err) {
    char block[65536];

    *out_is_last = false;
    for (int64_t done_bytes = 0; done_bytes < slice_bytes; done_bytes += (int64_t)sizeof block) {
        ssize_t got = archive_read_data(jar->archive, block, sizeof block);
        if (got < 0) return fail(jar->archive, err);
        *out_is_last = got == 0;
        if (got == 0) return true;
        jar->copied_bytes += got;
        if (jar->copied_bytes > limit_bytes)
            return error_set(err, ERROR_LIMIT, "The jar '%.200s' is larger than %lld bytes.",
                             jar->name, (long long)limit_bytes);
        errno = 0;
        if (write(to, block, (size_t)got) != got)
            return error_system(err, errno == 0 ? ENOSPC : errno, "write the jar '%.200s'",
                                jar->name);
    }
    return true;
}

void jar_within_free(struct jar_within *jar) {
    if (jar == NULL) return;
    if (jar->archive != NULL) close_archive(jar->archive);
    memory_free(jar);
}

#include "cli/doctor/jar_read.h"

#include "base/archive_file.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/jar_connectors.h"
#include "base/jar_within.h"
#include "base/text.h"
#include "cli/doctor/class_file.h"
#include "cli/doctor/jar_bytes.h"
#include "cli/doctor/jar_class.h"
#include "model/code.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Classes, manifests and property files are far smaller.
static const size_t ENTRY_MAX_BYTES = (size_t)8 << 20;

struct reading {
    struct jar_facts *facts;
    const char *name; // of the file, for messages
    struct archive_file *archive;
    char main_entry[JAR_NAME_SIZE + 8]; // "example/Counter.class"
};

// An entry that cannot be read counts as absent: whether the jar runs is for Flink to decide.
static bool read_entry(struct archive_file *archive, struct buffer *out) {
    char block[32768];
    size_t got = 0;

    do {
        if (!archive_file_read(archive, block, sizeof block, &got, NULL) ||
            !buffer_append(out, block, got, NULL))
            return false;
    } while (got > 0);
    return true;
}

// --- entries ---

static void add_class(struct reading *reading, const char *name) {
    struct jar_facts *facts = reading->facts;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);
    unsigned char head[CLASS_FILE_HEAD_BYTES];
    size_t got = 0;
    int major = 0;

    // META-INF/versions/ has classes that only a newer Java loads.
    if (text_starts_with(name, "META-INF/") || text_ends_with(name, "module-info.class")) return;
    facts->class_count++;
    if (text_equal(name, reading->main_entry)) facts->has_main_class = true;
    jar_class_add_name(name, facts);
    jar_connectors_add(name, NULL, &facts->connectors);
    if (jar_class_is_of_library(name)) {
        if (archive_file_read(reading->archive, head, sizeof head, &got, NULL))
            major = class_file_major(head, got);
    } else if (read_entry(reading->archive, &bytes)) {
        const unsigned char *content = (const unsigned char *)buffer_text(&bytes);
        major = class_file_major(content, bytes.size_bytes);
        jar_class_add_own(name, content, bytes.size_bytes, facts);
    }
    if (major > facts->newest_major) {
        facts->newest_major = major;
        facts->newest = (struct jar_count){0};
    }
    if (major == facts->newest_major) jar_count_add(&facts->newest, name);
}

static bool is_signature(const char *name) {
    return text_starts_with(name, "META-INF/") && strchr(name + strlen("META-INF/"), '/') == NULL &&
           (text_ends_with(name, ".SF") || text_ends_with(name, ".RSA") ||
            text_ends_with(name, ".DSA"));
}

static void add_maven_file(struct reading *reading, const char *name) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);

    if (read_entry(reading->archive, &bytes))
        jar_connectors_add(name, buffer_text(&bytes), &reading->facts->connectors);
}

static void add_entry(struct reading *reading, const char *name) {
    if (text_ends_with(name, ".class"))
        add_class(reading, name);
    else if (jar_connectors_reads(name))
        add_maven_file(reading, name);
    else if (text_ends_with(name, ".jar"))
        jar_count_add(&reading->facts->jars, name);
    else if (text_ends_with(name, ".py"))
        jar_count_add(&reading->facts->python_files, name);
    else if (is_signature(name))
        jar_count_add(&reading->facts->signatures, name);
}

static void read_manifest(struct reading *reading, const char *name) {
    struct jar_facts *facts = reading->facts;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);

    if (!text_equal(name, "META-INF/MANIFEST.MF") || !read_entry(reading->archive, &bytes)) return;
    facts->has_manifest = true;
    if (!jar_manifest_main_class(buffer_text(&bytes), facts->main_class, sizeof facts->main_class))
        return;
    (void)text_format(reading->main_entry, sizeof reading->main_entry, "%s.class",
                      facts->main_class);
    for (char *at = reading->main_entry; at + strlen(".class") < strchr(reading->main_entry, '\0');
         at++)
        if (*at == '.') *at = '/';
}

// --- the archive ---

static bool visit_entries(struct reading *reading, const char *path,
                          void (*visit)(struct reading *reading, const char *name),
                          struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = "";

    if (!archive_file_open(path, ARCHIVE_KIND_ZIP, &archive, err))
        return error_prefix(err, "'%s' is not a jar", reading->name);
    reading->archive = archive;
    while (name != NULL) {
        if (!archive_file_next(archive, &name, err))
            return error_prefix(err, "'%s' is damaged", reading->name);
        if (name != NULL && name[0] != '\0') visit(reading, name);
    }
    return true;
}

static bool read_jar(const char *path, const char *name, struct jar_facts *out_facts,
                     struct error *err) {
    struct reading reading = {.facts = out_facts, .name = name};

    // The manifest first, wherever it is: the second pass checks for the class that it names.
    if (!visit_entries(&reading, path, read_manifest, err) ||
        !visit_entries(&reading, path, add_entry, err))
        return false;
    jar_connectors_complete(&out_facts->connectors);
    return true;
}

// The jar in a zip is what runs: it is unpacked into memory, to be read like any other.
static bool read_jar_within(struct jar_within *jar, struct jar_facts *out_facts,
                            struct error *err) {
    char path[32];
    bool is_last = false;

    AUTO(file_close) int fd = memfd_create("jar", MFD_CLOEXEC);
    if (fd < 0) return error_system(err, errno, "unpack '%s'", jar_within_name(jar));
    if (!jar_within_copy(jar, fd, INT64_MAX, CODE_MAX_BYTES, &is_last, err)) return false;
    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)text_copy(out_facts->jar_within, sizeof out_facts->jar_within, jar_within_name(jar));
    return read_jar(path, jar_within_name(jar), out_facts, err);
}

bool jar_read(const char *path, struct jar_facts *out_facts, struct error *err) {
    AUTO(jar_within_free) struct jar_within *jar = NULL;
    struct jar_facts facts = {0};
    struct stat file;

    if (stat(path, &file) < 0)
        return errno == ENOENT ? error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", path)
                               : error_system(err, errno, "read '%s'", path);
    if (!S_ISREG(file.st_mode))
        return error_set(err, ERROR_INVALID, "'%s' is not a regular file", path);
    facts.size_bytes = file.st_size;
    if (!jar_within_open(path, &jar, err)) return error_prefix(err, "%s", path);
    if (jar == NULL ? !read_jar(path, path, &facts, err) : !read_jar_within(jar, &facts, err))
        return false;
    *out_facts = facts;
    return true;
}

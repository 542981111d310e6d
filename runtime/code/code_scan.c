#include "runtime/code/code_scan.h"

#include "base/jar_connectors.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip_directory.h"
#include "base/zip_shape.h"

#include <errno.h>
#include <sys/stat.h>

// Of one turn: a millisecond or two.
enum { ENTRIES_AT_ONCE = 2000, CONTENTS_AT_ONCE = 8 };
// Longer than any pom.properties and most poms.
static const size_t CONTENT_MAX_BYTES = (size_t)64 << 10;

struct code_scan {
    struct zip_directory *directory; // NULL: not a zip; Flink reports it
    bool is_empty;
    struct jar_connectors connectors;
    struct zip_shape shape;
};

bool code_scan_open(const char *path, struct code_scan **out_scan, struct error *err) {
    AUTO(code_scan_free) struct code_scan *scan = memory_alloc(sizeof *scan);
    struct stat file;

    *out_scan = NULL;
    if (stat(path, &file) < 0) return error_system(err, errno, "read '%s'", path);
    scan->is_empty = file.st_size == 0;
    if (!zip_directory_open(path, &scan->directory, err)) return false;
    *out_scan = TAKE(scan);
    return true;
}

static void add(struct code_scan *scan, const struct zip_directory_entry *entry) {
    AUTO(buffer_release) struct buffer content = BUFFER_INIT(CONTENT_MAX_BYTES);
    bool is_read =
        jar_connectors_reads(entry->name) && zip_directory_read(scan->directory, entry, &content);

    zip_shape_add(entry->name, &scan->shape);
    jar_connectors_add(entry->name, is_read ? buffer_text(&content) : NULL, &scan->connectors);
}

// The service's words (facts/api.md 5.1).
static bool check(struct code_scan *scan, struct error *err) {
    jar_connectors_complete(&scan->connectors);
    return jar_connectors_find_refused(&scan->connectors) == NULL ||
           error_set(err, ERROR_INVALID,
                     "An unsupported Kinesis connector version has been detected in the "
                     "application. Please update flink-connector-kinesis to any version equal to "
                     "or newer than 1.15.2. For more information refer to connector fix: "
                     "https://issues.apache.org/jira/browse/FLINK-23528");
}

bool code_scan_read(struct code_scan *scan, bool *out_is_last, struct error *err) {
    struct zip_directory_entry entry;
    bool is_found = true;
    int contents = 0;

    *out_is_last = scan->directory == NULL;
    if (*out_is_last) return true;
    for (int count = 0; count < ENTRIES_AT_ONCE && contents < CONTENTS_AT_ONCE; count++) {
        if (!zip_directory_next(scan->directory, &entry, &is_found, err)) return false;
        *out_is_last = !is_found;
        if (!is_found) return check(scan, err);
        contents += jar_connectors_reads(entry.name);
        add(scan, &entry);
    }
    return true;
}

void code_scan_problem(const struct code_scan *scan, char out[static CODE_SCAN_PROBLEM_SIZE]) {
    static const char ADVICE[] =
        "Upload one jar that has all classes, or a zip with only that jar.";
    const struct zip_shape *shape = &scan->shape;

    out[0] = '\0';
    if (scan->is_empty)
        (void)text_format(out, CODE_SCAN_PROBLEM_SIZE, "The application code is empty. %s", ADVICE);
    if (scan->directory == NULL || shape->has_classes || zip_shape_jar(shape) != NULL) return;
    if (shape->python_count > 0)
        (void)text_format(
            out, CODE_SCAN_PROBLEM_SIZE,
            "The zip is a Python program (%.80s), but nothing says so: set the property 'python' "
            "to "
            "its main file, in the property group kinesis.analytics.flink.run.options.",
            shape->python);
    else if (shape->jar_count > 1)
        (void)text_format(out, CODE_SCAN_PROBLEM_SIZE,
                          "The zip holds %zu jars (%.80s, %.80s%s), and nothing says which one to "
                          "run. %s",
                          shape->jar_count, shape->jars[0], shape->jars[1],
                          shape->jar_count > 2 ? ", ..." : "", ADVICE);
    else
        (void)text_format(out, CODE_SCAN_PROBLEM_SIZE, "The zip holds %s. %s",
                          shape->count == 0 ? "nothing" : "neither a jar nor classes", ADVICE);
}

void code_scan_free(struct code_scan *scan) {
    if (scan == NULL) return;
    zip_directory_close(scan->directory);
    memory_free(scan);
}

#include "cli/doctor/python_read.h"

#include "base/archive_file.h"
#include "base/buffer.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const size_t REQUIREMENTS_MAX_BYTES = (size_t)1 << 20;
static const char REQUIREMENTS[] = "requirements.txt";

void python_facts_release(struct python_facts *facts) {
    json_decref(facts->names);
    *facts = (struct python_facts){0};
}

// --- names ---

static const char *last_part(const char *name) {
    const char *slash = strrchr(name, '/');

    return slash == NULL ? name : slash + 1;
}

// "3.11" of "_core.cpython-311-x86_64-linux-gnu.so". False: it is for no certain version.
static bool version_of_module(const char *file, char out[static PYTHON_VERSION_SIZE]) {
    const char *tag = strstr(file, ".cpython-");

    if (tag == NULL) return false;
    tag += strlen(".cpython-");
    int length = (int)strspn(tag, "0123456789");
    return length >= 2 &&
           text_format(out, PYTHON_VERSION_SIZE, "%c.%.*s", tag[0], length - 1, tag + 1);
}

// The service has Linux on x86-64.
static bool is_foreign(const char *file) {
    return text_ends_with(file, ".pyd") || text_ends_with(file, ".dylib") ||
           strstr(file, "-darwin") != NULL || strstr(file, "aarch64") != NULL ||
           strstr(file, "-arm64") != NULL || strstr(file, "i386-linux") != NULL;
}

static void add_module(const char *name, struct python_facts *facts) {
    const char *file = last_part(name);
    char version[PYTHON_VERSION_SIZE];

    if (is_foreign(file)) {
        jar_count_add(&facts->foreign, name);
        return;
    }
    if (!text_ends_with(file, ".so") || !version_of_module(file, version)) return;
    if (facts->native.count == 0) (void)text_copy(facts->version, sizeof facts->version, version);
    jar_count_add(&facts->native, name);
}

// "1.20.0" of "dep/apache_flink-1.20.0.dist-info/METADATA".
static void add_flink(const char *name, struct python_facts *facts) {
    static const char METADATA[] = "apache_flink-";
    const char *at = strstr(name, METADATA);

    if (text_starts_with(name, "pyflink/") || strstr(name, "/pyflink/") != NULL)
        facts->has_flink = true;
    if (at == NULL || strstr(at, ".dist-info/") == NULL) return;
    facts->has_flink = true;
    at += strlen(METADATA);
    (void)text_format(facts->flink_version, sizeof facts->flink_version, "%.*s",
                      (int)(strstr(at, ".dist-info/") - at), at);
}

void python_read_name(const char *name, struct python_facts *facts) {
    bool is_top = strchr(name, '/') == NULL;

    json_put_bool(facts->names, name, true);
    if (is_top && text_ends_with(name, ".py")) jar_count_add(&facts->scripts, name);
    if (text_equal(name, "main.py")) facts->has_main = true;
    if (text_ends_with(name, ".jar")) jar_count_add(&facts->jars, name);
    if (strstr(name, "/site-packages/") != NULL || text_ends_with(name, "pyvenv.cfg"))
        jar_count_add(&facts->environment, name);
    else
        add_module(name, facts);
    if (text_equal(name, REQUIREMENTS)) facts->has_requirements = true;
    add_flink(name, facts);
}

// --- requirements ---

void python_read_requirements(const char *text, struct python_facts *facts) {
    static const char FLINK[] = "apache-flink";

    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        const char *line = text + strspn(text, " \t");
        // "apache-flink-libraries" is another package.
        bool is_flink = strncasecmp(line, FLINK, strlen(FLINK)) == 0 &&
                        !isalnum((unsigned char)line[strlen(FLINK)]) && line[strlen(FLINK)] != '-';
        if (is_flink && facts->flink_requirement[0] == '\0')
            (void)text_format(facts->flink_requirement, sizeof facts->flink_requirement, "%.*s",
                              (int)(length - (size_t)(line - text)), line);
        text += length;
        text += strspn(text, "\r\n");
    }
}

static bool read_requirements(struct archive_file *archive, struct python_facts *facts,
                              struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(REQUIREMENTS_MAX_BYTES);
    char block[8192];
    size_t got = 0;

    do {
        if (!archive_file_read(archive, block, sizeof block, &got, err)) return false;
        if (!buffer_append(&text, block, got, NULL)) return true;
    } while (got > 0);
    python_read_requirements(buffer_text(&text), facts);
    return true;
}

// --- the archive ---

bool python_read(const char *path, struct python_facts *out_facts, struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    AUTO(python_facts_release) struct python_facts facts = {.names = json_new_object()};
    struct stat file;
    const char *name = "";

    if (stat(path, &file) < 0) return error_system(err, errno, "read '%s'", path);
    facts.size_bytes = file.st_size;
    if (!archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, err))
        return error_prefix(err, "'%s' is not a zip", path);
    while (name != NULL) {
        if (!archive_file_next(archive, &name, err))
            return error_prefix(err, "'%s' is damaged", path);
        if (name == NULL || name[0] == '\0' || text_starts_with(name, "__MACOSX/")) continue;
        python_read_name(name, &facts);
        if (text_equal(name, REQUIREMENTS) && !read_requirements(archive, &facts, err))
            return false;
    }
    *out_facts = facts;
    facts = (struct python_facts){0};
    return true;
}

#include "runtime/install/distribution.h"

#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/install/archive_unpack.h"
#include "runtime/install/package.h"

#include <string.h>

static const int64_t UNPACKED_MAX_BYTES = (int64_t)2 << 30;
static const int64_t ENTRIES_MAX = 20000;

// lib/, opt/ and plugins/ of the distribution, wherever they are: deps/lib in the pip package,
// <top>/lib in the official one.
static bool select_entry(const char *entry_path, char *out_path, size_t size_bytes) {
    static const char *const wanted[] = {"lib/", "opt/", "plugins/"};

    for (const char *at = strchr(entry_path, '/'); at != NULL; at = strchr(at + 1, '/')) {
        for (size_t index = 0; index < COUNT_OF(wanted); index++)
            if (text_starts_with(at + 1, wanted[index]))
                return text_copy(out_path, size_bytes, at + 1);
        if (!text_starts_with(at + 1, "deps/")) return false;
    }
    return false;
}

static void on_unpacked(void *userdata, double fraction) {
    installation_report(userdata, "unpack", fraction);
}

static bool copy_part(const struct installation *self, const char *from, const char *part,
                      struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};
    char source[FILE_PATH_MAX];

    if (!file_join(source, sizeof source, err, from, part, NULL)) return false;
    if (!file_is_directory(source)) return true;
    argument_list_add_all(&command, "/bin/cp", "-rL", source, self->directory, NULL);
    return installation_run(self, argument_list_items(&command), NULL, err);
}

static void report_flink(const struct installation *self, const char *source) {
    char what[64];

    (void)text_format(what, sizeof what, "Flink %s", self->version);
    installation_added(self, what, source);
}

static bool copy_directory(const struct installation *self, const char *from, struct error *err) {
    char deps[FILE_PATH_MAX];

    if (!file_join(deps, sizeof deps, err, from, "deps", NULL)) return false;
    const char *top = file_is_directory(deps) ? deps : from;
    installation_report(self, "copy", -1);
    return copy_part(self, top, "lib", err) && copy_part(self, top, "opt", err) &&
           copy_part(self, top, "plugins", err);
}

bool distribution_obtain(struct installation *self, struct error *err) {
    char downloaded[FILE_PATH_MAX];
    const char *from = self->from;

    if (from != NULL && !file_exists(from))
        return error_set(err, ERROR_NOT_FOUND, "'%s' does not exist", from);
    if (from == NULL && !package_obtain(self, downloaded, err)) return false;
    const char *source = from == NULL ? downloaded : from;
    struct archive_unpack_options unpack = {
        .archive_path = source,
        .target_directory = self->directory,
        .select = select_entry,
        .limit_bytes = UNPACKED_MAX_BYTES,
        .limit_entries = ENTRIES_MAX,
        .progress = on_unpacked,
        .userdata = self,
    };
    bool is_there = from != NULL && file_is_directory(from) ? copy_directory(self, from, err)
                                                            : archive_unpack(&unpack, err);
    if (is_there) report_flink(self, source);
    if (!is_there && from == NULL) package_drop(downloaded);
    return is_there;
}

static const char *const needed_jars[] = {"flink-dist-",          "flink-table-api-java-uber-",
                                          "flink-table-runtime-", "flink-table-planner-loader-",
                                          "flink-json-",          "flink-csv-",
                                          "log4j-core-",          "log4j-api-",
                                          "log4j-slf4j-impl-"};

struct jar_check {
    bool is_there[COUNT_OF(needed_jars)];
};

static bool visit_jar(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct jar_check *check = userdata;

    (void)is_directory;
    (void)err;
    for (size_t index = 0; index < COUNT_OF(needed_jars); index++)
        if (text_starts_with(name, needed_jars[index])) check->is_there[index] = true;
    return true;
}

bool distribution_check(const struct installation *self, struct error *err) {
    AUTO(buffer_release) struct buffer missing = BUFFER_INIT(512);
    struct jar_check check = {0};
    char lib[FILE_PATH_MAX];

    installation_report(self, "check", -1);
    if (!file_join(lib, sizeof lib, err, self->directory, "lib", NULL)) return false;
    if (!file_is_directory(lib) || !file_list(lib, visit_jar, &check, err))
        return error_set(err, ERROR_INVALID,
                         "this is not a Flink distribution: it has no lib folder");
    for (size_t index = 0; index < COUNT_OF(needed_jars); index++)
        if (!check.is_there[index])
            (void)buffer_append_format(&missing, "%s%s*.jar", missing.size_bytes == 0 ? "" : ", ",
                                       needed_jars[index]);
    return missing.size_bytes == 0 ||
           error_set(err, ERROR_INVALID, "this Flink distribution is not complete: lib lacks %s",
                     buffer_text(&missing));
}

#include "runtime/install/s3_plugin.h"

#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/install/package.h"

#include <errno.h>
#include <stdio.h>

static const char ARTIFACT[] = "flink-s3-fs-hadoop";
static const char DIRECTORY[] = "plugins/s3-fs-hadoop";

// The plugin of another version works as well (FLINK-2_3: that of 2.2); it is used where its own is
// not published.
static const char *const others[RUNTIME_COUNT] = {
    [RUNTIME_FLINK_1_15] = "1.15.4", [RUNTIME_FLINK_1_18] = "1.18.0",
    [RUNTIME_FLINK_1_19] = "1.19.3", [RUNTIME_FLINK_1_20] = "1.20.0",
    [RUNTIME_FLINK_2_2] = "2.2.1",   [RUNTIME_FLINK_2_3] = "2.2.0",
};

struct found_jar {
    char name[256]; // "" = none
};

static bool visit(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct found_jar *found = userdata;

    (void)err;
    if (!is_directory && text_starts_with(name, ARTIFACT) && text_ends_with(name, ".jar"))
        (void)text_copy(found->name, sizeof found->name, name);
    return true;
}

static bool find_in(const char *runtime_directory, const char *part, struct found_jar *out) {
    char path[FILE_PATH_MAX];

    out->name[0] = '\0';
    return file_join(path, sizeof path, NULL, runtime_directory, part, NULL) &&
           file_is_directory(path) && file_list(path, visit, out, NULL) && out->name[0] != '\0';
}

bool s3_plugin_is_there(const char *runtime_directory) {
    struct found_jar found;

    return find_in(runtime_directory, DIRECTORY, &found);
}

// A daemon may use the runtime: it finds the whole jar or none.
static bool put(const struct installation *self, const char *source, const char *name,
                struct error *err) {
    AUTO(argument_list_release) struct argument_list copy = {0};
    char directory[FILE_PATH_MAX];
    char made[FILE_PATH_MAX];
    char jar[FILE_PATH_MAX];

    if (!file_join(directory, sizeof directory, err, self->directory, DIRECTORY, NULL) ||
        !file_join(made, sizeof made, err, self->scratch, name, NULL) ||
        !file_join(jar, sizeof jar, err, directory, name, NULL) ||
        !file_make_directories(directory, 0755, err))
        return false;
    argument_list_add_all(&copy, "/bin/cp", "-f", source, made, NULL);
    if (!installation_run(self, argument_list_items(&copy), NULL, err)) return false;
    return rename(made, jar) == 0 || error_system(err, errno, "rename '%s'", made);
}

// --- with Maven ---

// From the user's Maven, which knows where artifacts come from.
static bool download(const struct installation *self, const char *version, const char *cache) {
    AUTO(argument_list_release) struct argument_list command = {0};
    AUTO(argument_list_release) struct argument_list move = {0};
    char made[FILE_PATH_MAX];

    if (!text_format(made, sizeof made, "%s/%s-%s.jar", self->scratch, ARTIFACT, version))
        return false;
    installation_report(self, "download the S3 file system", -1);
    argument_list_add_all(&command, "/usr/bin/env", "mvn", "-B", "dependency:copy", NULL);
    argument_list_add_format(&command, "-Dartifact=org.apache.flink:%s:%s", ARTIFACT, version);
    argument_list_add_format(&command, "-DoutputDirectory=%s", self->scratch);
    if (!installation_run(self, argument_list_items(&command), "mvn.log", NULL)) return false;
    argument_list_add_all(&move, "/bin/mv", "-f", made, cache, NULL);
    return installation_run(self, argument_list_items(&move), NULL, NULL);
}

// `*out_is_done` false: that version is not available.
static bool add_version(const struct installation *self, const char *version, bool may_download,
                        bool *out_is_done, struct error *err) {
    char cache[FILE_PATH_MAX];
    char name[128];
    char path[FILE_PATH_MAX];

    *out_is_done = false;
    (void)text_format(name, sizeof name, "%s-%s.jar", ARTIFACT, version);
    if (!package_cache(cache, err) || !file_make_directories(cache, 0755, err) ||
        !file_join(path, sizeof path, err, cache, name, NULL))
        return false;
    if (!file_exists(path) && (!may_download || !download(self, version, path))) return true;
    if (!put(self, path, name, err)) return false;
    installation_added(self, name, "Maven");
    *out_is_done = true;
    return true;
}

static bool add_from_maven(const struct installation *self, struct error *err) {
    const char *versions[] = {self->version, others[self->runtime]};
    bool is_done = false;

    for (int try = 0; try < 4 && !is_done; try++) // first those of an earlier download
        if (versions[try % 2] != NULL &&
            !add_version(self, versions[try % 2], try >= 2, &is_done, err))
            return false;
    if (!is_done)
        installation_report(self,
                            "without flink-s3-fs-hadoop: Maven (mvn) could not download it, and "
                            "jobs cannot use s3:// and s3a://. Install it and repeat this command, "
                            "or use --from with an official Flink distribution",
                            -1);
    return true;
}

bool s3_plugin_add(const struct installation *self, struct error *err) {
    char path[FILE_PATH_MAX];
    struct found_jar found;

    if (s3_plugin_is_there(self->directory)) return true;
    if (!find_in(self->directory, "opt", &found)) return add_from_maven(self, err);
    if (!file_join(path, sizeof path, err, self->directory, "opt", found.name, NULL) ||
        !put(self, path, found.name, err))
        return false;
    installation_added(self, found.name, "opt/ of the distribution");
    return true;
}

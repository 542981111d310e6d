#include "cli/doctor/program_check.h"

#include "base/text.h"
#include "cli/doctor/connector_findings.h"
#include "cli/doctor/jar_findings.h"
#include "cli/doctor/jar_read.h"
#include "cli/doctor/python_findings.h"
#include "cli/doctor/python_read.h"
#include "cli/package/properties.h"

// --- archives ---

static void describe(const struct python_facts *facts, struct package *package) {
    struct package_python *python = &package->python;

    if (package->is_python) return;
    package->is_python = true;
    (void)text_copy(python->main, sizeof python->main, facts->has_main ? "main.py" : "");
    if (facts->jars.count == 1)
        (void)text_copy(python->jar, sizeof python->jar, facts->jars.example);
}

static bool check_python(struct package *package, const json_t *groups,
                         enum runtime_environment runtime, struct program_verdict *out_verdict,
                         struct error *err) {
    AUTO(python_facts_release) struct python_facts facts = {0};

    if (!python_read(package->path, &facts, err)) return false;
    python_findings(&facts, properties_find(groups, PROPERTIES_RUN_OPTIONS), runtime,
                    &out_verdict->findings);
    out_verdict->obstacle = python_obstacle(&out_verdict->findings);
    describe(&facts, package);
    return true;
}

bool program_check(struct package *package, const json_t *groups, enum runtime_environment runtime,
                   struct program_verdict *out_verdict, struct error *err) {
    struct jar_facts facts;

    *out_verdict = (struct program_verdict){0};
    if (package->is_python) return check_python(package, groups, runtime, out_verdict, err);
    if (!jar_read(package->path, &facts, err)) return false;
    if (jar_has_no_program(&facts) && facts.python_files.count > 0)
        return check_python(package, groups, runtime, out_verdict, err);
    jar_findings(&facts, runtime, &out_verdict->findings);
    out_verdict->obstacle = jar_obstacle(&facts, &out_verdict->findings);
    return true;
}

// --- scripts of SQL ---

struct jar_check {
    const char *directory;
    struct version flink;
    struct findings *findings;
};

static bool check_jar(const struct jar_check *check, const char *path, struct error *err) {
    struct jar_facts facts;

    if (!jar_read(path, &facts, err)) return false;
    connector_findings(&facts, check->flink, check->findings);
    return true;
}

static bool check_lib(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct jar_check *check = userdata;
    char path[FILE_PATH_MAX];

    if (is_directory || name[0] == '.' || !text_ends_with(name, ".jar")) return true;
    return file_join(path, sizeof path, err, check->directory, name, NULL) &&
           check_jar(check, path, err);
}

bool program_check_sql(const struct package_source *source, enum runtime_environment runtime,
                       struct program_verdict *out_verdict, struct error *err) {
    char root[FILE_PATH_MAX];
    char lib[FILE_PATH_MAX];
    struct jar_check check = {.directory = lib,
                              .flink = version_of(runtime_environment_flink_version(runtime)),
                              .findings = &out_verdict->findings};

    *out_verdict = (struct program_verdict){0};
    if (!file_exists(source->path))
        return error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", source->path);
    findings_add(&out_verdict->findings, FINDING_GOOD, "SQL", NULL,
                 "a script; its statements are checked when it is run");
    package_root(source->path, root);
    if (!file_join(lib, sizeof lib, err, root, "lib", NULL)) return false;
    if (file_is_directory(lib) && !file_list(lib, check_lib, &check, err)) return false;
    for (size_t index = 0; index < source->jar_count; index++)
        if (!check_jar(&check, source->jars[index], err)) return false;
    return true;
}

#include "cli/doctor/python_findings.h"

#include "base/text.h"
#include "cli/package/properties.h"
#include "model/code.h"

#include <string.h>

// --- the script ---

static void judge_script(const struct python_facts *facts, const json_t *options,
                         struct findings *out) {
    const char *script = json_text(options, "python");

    if (script != NULL && json_member(facts->names, script) == NULL)
        findings_add(out, FINDING_ERROR, "Python",
                     "Name the script by its path in the zip, such as main.py.",
                     "the property python names %s, which is not in the zip", script);
    else if (script != NULL)
        findings_add(out, FINDING_GOOD, "Python", NULL, "%s", script);
    else if (facts->has_main)
        findings_add(out, FINDING_HINT, "Python",
                     "`kobel run` sets it; elsewhere set it in the group " PROPERTIES_RUN_OPTIONS
                     ".",
                     "the application needs the property python=main.py");
    else if (facts->scripts.count > 0)
        findings_add(out, FINDING_HINT, "Python", "Set it in the group " PROPERTIES_RUN_OPTIONS ".",
                     "the application needs the property python=%s", facts->scripts.example);
    else
        findings_add(out, FINDING_ERROR, "Python",
                     "Pack the content of the project's directory, not the directory itself.",
                     "there is no script at the top level of the zip");
}

static void judge_options(const json_t *options, struct findings *out) {
    static const char *const unsupported[] = {"pyModule", "pyExecutable", "pyRequirements"};

    for (size_t index = 0; index < COUNT_OF(unsupported); index++)
        if (json_text(options, unsupported[index]) != NULL)
            findings_add(out, FINDING_WARNING, "properties",
                         "Use python, jarfile, pyFiles and pyArchives.",
                         "the service does not support the property %s", unsupported[index]);
}

// Is a file or a directory of that path in the zip?
static bool has_path(const struct python_facts *facts, const char *path, size_t length) {
    const char *name;
    json_t *ignored;

    while (length > 0 && path[length - 1] == '/')
        length--;
    if (length == 0 || (length == 1 && path[0] == '.')) return true;
    json_object_foreach(facts->names, name, ignored) {
        if (strncmp(name, path, length) == 0 && (name[length] == '\0' || name[length] == '/'))
            return true;
    }
    return false;
}

static void judge_paths(const struct python_facts *facts, const json_t *options, const char *key,
                        struct findings *out) {
    for (const char *at = json_text_or(options, key, ""); *at != '\0';) {
        size_t length = strcspn(at, ",");
        // An archive may be followed by '#' and the name of its directory.
        size_t path = strcspn(at, ",#");
        if (!has_path(facts, at, path))
            findings_add(out, FINDING_ERROR, "Python", "Use a path in the zip.",
                         "the property %s names %.*s, which is not in the zip", key, (int)path, at);
        at += length + (at[length] == ',');
    }
}

// --- jars ---

static void judge_jars(const struct python_facts *facts, const json_t *options,
                       struct findings *out) {
    const char *jar = json_text(options, "jarfile");

    if (jar != NULL && json_member(facts->names, jar) == NULL)
        findings_add(out, FINDING_ERROR, "jarfile",
                     "Name the jar by its path in the zip, such as lib/dependencies.jar.",
                     "the property jarfile names %s, which is not in the zip", jar);
    else if (facts->jars.count > 1)
        findings_add(out, FINDING_WARNING, "jarfile",
                     "Merge them into one, with maven-shade-plugin.",
                     "the zip has %zu jars, and the service uses one, that of the property jarfile",
                     facts->jars.count);
    else if (facts->jars.count == 1 && jar == NULL)
        findings_add(out, FINDING_HINT, "jarfile", "`kobel run` sets it for a jar in lib/.",
                     "the jar is used with the property jarfile=%s", facts->jars.example);
    else
        findings_add(out, FINDING_GOOD, "jarfile", NULL, "%s",
                     jar == NULL ? "the zip has no jar" : jar);
}

// --- what is packed ---

static void judge_native(const struct python_facts *facts, enum runtime_environment runtime,
                         struct findings *out) {
    int minor = runtime_environment_python_minor(runtime);
    char python[16];

    (void)text_format(python, sizeof python, "3.%d", minor);
    if (facts->foreign.count > 0)
        findings_add(out, FINDING_ERROR, "packages",
                     "Install them for the service: pip install --platform manylinux2014_x86_64 "
                     "--only-binary=:all: --target dep/.",
                     "%zu native module%s for another system than Linux on x86-64, such as %s",
                     facts->foreign.count, facts->foreign.count == 1 ? " is" : "s are",
                     facts->foreign.example);
    if (facts->native.count > 0 && minor != 0 && !text_equal(facts->version, python))
        findings_add(out, FINDING_ERROR, "packages",
                     "Install them for the service's Python: pip install --python-version ... "
                     "--only-binary=:all: --target dep/.",
                     "%s is for Python %s; %s has Python %s", facts->native.example, facts->version,
                     runtime_environment_name(runtime), python);
    if (facts->environment.count > 0)
        findings_add(out, FINDING_WARNING, "packages",
                     "Leave it out: list packages in requirements.txt, or install them with pip "
                     "install --target dep/ and set pyFiles=dep/.",
                     "the zip has a virtual environment: %s", facts->environment.example);
}

static void judge_flink(const struct python_facts *facts, enum runtime_environment runtime,
                        struct findings *out) {
    const char *flink = runtime_environment_flink_version(runtime);

    if (facts->has_flink)
        findings_add(out, FINDING_ERROR, "PyFlink",
                     "Leave apache-flink out of what is packed: the service has PyFlink.",
                     "the zip has PyFlink%s%s; %s has Flink %s",
                     facts->flink_version[0] == '\0' ? "" : " ", facts->flink_version,
                     runtime_environment_name(runtime), flink);
    if (facts->flink_requirement[0] != '\0')
        findings_add(out, FINDING_WARNING, "PyFlink",
                     "Remove the line: the service has PyFlink, and another version does not work "
                     "with it.",
                     "requirements.txt lists '%s'", facts->flink_requirement);
    else if (facts->has_requirements)
        findings_add(out, FINDING_GOOD, "packages", NULL, "requirements.txt is there");
}

static void judge_size(const struct python_facts *facts, struct findings *out) {
    if (facts->size_bytes > CODE_MAX_BYTES)
        findings_add(out, FINDING_ERROR, "size",
                     "Pack less: data sets and tests need not be in it.",
                     "the zip has %lld MB; the service accepts up to 512 MB",
                     (long long)(facts->size_bytes >> 20));
}

void python_findings(const struct python_facts *facts, const json_t *options,
                     enum runtime_environment runtime, struct findings *out) {
    judge_script(facts, options, out);
    judge_options(options, out);
    judge_paths(facts, options, "pyFiles", out);
    judge_paths(facts, options, "pyArchives", out);
    judge_jars(facts, options, out);
    judge_native(facts, runtime, out);
    judge_flink(facts, runtime, out);
    judge_size(facts, out);
}

const struct finding *python_obstacle(const struct findings *findings) {
    static const char *const subjects[] = {"Python", "jarfile", "size"};

    for (size_t index = 0; index < findings->count; index++)
        for (size_t at = 0; at < COUNT_OF(subjects); at++)
            if (findings->list[index].severity == FINDING_ERROR &&
                text_equal(findings->list[index].subject, subjects[at]))
                return &findings->list[index];
    return NULL;
}

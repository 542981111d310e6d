#include "runtime/install/own_programs.h"

#include "base/text.h"
#include "base/zip_write.h"
#include "runtime/host/argument_list.h"
#include "runtime/installed/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

extern const char primer_java[]; // runtime/install/primer/Primer.java
extern const uint64_t primer_java_size;
extern const char inspector_java[]; // runtime/install/inspector/Inspector.java
extern const uint64_t inspector_java_size;
extern const char holder_java[]; // runtime/install/holder/Holder.java
extern const uint64_t holder_java_size;
extern const char sql_driver_java[]; // runtime/install/sqldriver/SqlDriver.java
extern const uint64_t sql_driver_java_size;
extern const char python_program_java[]; // runtime/install/python/PythonProgram.java
extern const uint64_t python_program_java_size;
// runtime/install/properties/KinesisAnalyticsRuntime.java
extern const char properties_java[];
extern const uint64_t properties_java_size;

// The names of all its classes begin with `name`: so a jar gets those of one program.
struct own_program {
    const char *name; // of its class, and of its source without ".java"
    const char *jar;
    const char *role; // what the class is for Java: the key in the jar's manifest; NULL: a library
    const char *package; // "kobel"
    const char *source;
    const uint64_t *source_bytes;
    const char *added; // what the report says was added
};

static const char OWN_PACKAGE[] = "kobel";

static const struct own_program programs[] = {
    {"KinesisAnalyticsRuntime", CATALOG_PROPERTIES, NULL,
     "com/amazonaws/services/kinesisanalytics/runtime", properties_java, &properties_java_size,
     "the class KinesisAnalyticsRuntime"},
    {"Primer", CATALOG_PRIMER, "Main-Class", OWN_PACKAGE, primer_java, &primer_java_size,
     CATALOG_PRIMER},
    {"Inspector", CATALOG_INSPECTOR, "Main-Class", OWN_PACKAGE, inspector_java,
     &inspector_java_size, CATALOG_INSPECTOR},
    {"Holder", CATALOG_HOLDER, "Premain-Class", OWN_PACKAGE, holder_java, &holder_java_size,
     CATALOG_HOLDER},
    {"SqlDriver", CATALOG_SQL_DRIVER, "Main-Class", OWN_PACKAGE, sql_driver_java,
     &sql_driver_java_size, CATALOG_SQL_DRIVER},
    {"PythonProgram", INSTALLED_PYTHON_PROGRAM, "Main-Class", OWN_PACKAGE, python_program_java,
     &python_program_java_size, INSTALLED_PYTHON_PROGRAM},
};

static bool is_there(const struct installation *self, const struct own_program *program) {
    char jar[FILE_PATH_MAX];

    return file_join(jar, sizeof jar, NULL, self->directory, program->jar, NULL) &&
           file_exists(jar);
}

bool own_programs_are_there(const struct installation *self) {
    for (size_t index = 0; index < COUNT_OF(programs); index++)
        if (!is_there(self, &programs[index])) return false;
    return true;
}

// --- compile ---

static bool write_source(const struct own_program *program, const char *directory,
                         struct argument_list *javac, struct error *err) {
    char source[FILE_PATH_MAX];

    if (!text_format(source, sizeof source, "%s/%s.java", directory, program->name))
        return error_set(err, ERROR_INVALID, "the path of the runtimes directory is too long");
    argument_list_add(javac, source);
    return file_write_atomically(source, program->source, *program->source_bytes, 0644, err);
}

// For Java 11, on which the service runs applications, of which some of the classes are a part.
static bool compile(const struct installation *self, const char *class_path, const char *classes,
                    struct error *err) {
    AUTO(argument_list_release) struct argument_list javac = {0};

    argument_list_add_format(&javac, "%s/bin/javac", self->java.home);
    if (!file_exists(javac.items[0]))
        return error_set(err, ERROR_UNAVAILABLE,
                         "'%s' is a Java runtime without a compiler: install the Debian package "
                         "openjdk-17-jdk-headless",
                         self->java.home);
    argument_list_add_all(&javac, "--release", "11", "-nowarn", "-proc:none", "-d", classes,
                          "-classpath", class_path, NULL);
    for (size_t index = 0; index < COUNT_OF(programs); index++)
        if (!is_there(self, &programs[index]) &&
            !write_source(&programs[index], self->scratch, &javac, err))
            return false;
    installation_report(self, "compile", -1);
    return installation_run(self, argument_list_items(&javac), "javac.log", err);
}

// --- check ---

struct package {
    const char *classes;
    char name[FILE_PATH_MAX]; // "com/amazonaws"; "" = the classes themselves
};

static bool is_packed(const char *package, const char *name) {
    for (size_t index = 0; index < COUNT_OF(programs); index++)
        if (text_equal(programs[index].package, package) &&
            text_starts_with(name, programs[index].name))
            return true;
    return false;
}

static bool check_package(struct package *package, struct error *err);

static bool check_entry(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct package *self = userdata;
    struct package entry = {.classes = self->classes};

    if (!text_format(entry.name, sizeof entry.name, "%s%s%s", self->name,
                     self->name[0] == '\0' ? "" : "/", name))
        return error_set(err, ERROR_INVALID, "the name of the class '%s' is too long", name);
    if (is_directory) return check_package(&entry, err);
    if (is_packed(self->name, name)) return true;
    return error_set(err, ERROR_INVALID,
                     "the class '%s' would be in no jar: the names of the classes of a program "
                     "begin with that of the program, in its package",
                     entry.name);
}

static bool check_package(struct package *package, struct error *err) {
    char directory[FILE_PATH_MAX];

    return file_join(directory, sizeof directory, err, package->classes, package->name, NULL) &&
           file_list(directory, check_entry, package, err);
}

bool own_programs_check(const char *classes, struct error *err) {
    struct package all = {.classes = classes};

    return check_package(&all, err);
}

// --- pack ---

struct packing {
    const struct own_program *program;
    const char *directory; // of the classes
    struct zip_write *zip;
};

static bool add_class(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct packing *self = userdata;
    char path[FILE_PATH_MAX];
    char entry[FILE_PATH_MAX];

    if (is_directory || !text_starts_with(name, self->program->name)) return true;
    return file_join(path, sizeof path, err, self->directory, name, NULL) &&
           file_join(entry, sizeof entry, err, self->program->package, name, NULL) &&
           zip_write_file(self->zip, entry, path, err);
}

static bool write_jar(const struct own_program *program, const char *classes, int fd,
                      struct error *err) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;
    char directory[FILE_PATH_MAX];
    char manifest[128] = "Manifest-Version: 1.0\n";
    size_t used = strlen(manifest);

    if (program->role != NULL)
        (void)text_format(manifest + used, sizeof manifest - used, "%s: %s.%s\n", program->role,
                          program->package, program->name);
    if (!file_join(directory, sizeof directory, err, classes, program->package, NULL) ||
        !zip_write_open(fd, &zip, err) ||
        !zip_write_bytes(zip, "META-INF/MANIFEST.MF", manifest, strlen(manifest), err))
        return false;
    struct packing packing = {.program = program, .directory = directory, .zip = zip};
    return file_list(directory, add_class, &packing, err) && zip_write_end(zip, err);
}

// A daemon may use the runtime: it finds the whole jar or none.
static bool pack(const struct installation *self, const struct own_program *program,
                 const char *classes, struct error *err) {
    char made[FILE_PATH_MAX];
    char jar[FILE_PATH_MAX];

    if (!text_format(made, sizeof made, "%s/%s.jar", self->scratch, program->name))
        return error_set(err, ERROR_INVALID, "the path of the runtimes directory is too long");
    if (!file_join(jar, sizeof jar, err, self->directory, program->jar, NULL)) return false;
    AUTO(file_close) int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return error_system(err, errno, "create '%s'", made);
    if (!write_jar(program, classes, fd, err)) return false;
    if (rename(made, jar) < 0) return error_system(err, errno, "rename '%s'", made);
    installation_added(self, program->added, "kobel");
    return true;
}

bool own_programs_add(const struct installation *self, const char *class_path, struct error *err) {
    char classes[FILE_PATH_MAX];

    if (own_programs_are_there(self)) return true;
    if (!file_join(classes, sizeof classes, err, self->scratch, "classes", NULL) ||
        !file_make_directories(classes, 0755, err) || !compile(self, class_path, classes, err) ||
        !own_programs_check(classes, err))
        return false;
    for (size_t index = 0; index < COUNT_OF(programs); index++)
        if (!is_there(self, &programs[index]) && !pack(self, &programs[index], classes, err))
            return false;
    return true;
}

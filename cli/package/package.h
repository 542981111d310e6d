// The archive of an application that is given as a jar or zip, as a script of SQL or Python, or as
// a directory with a main.py: what the service would get.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

enum package_kind {
    PACKAGE_ARCHIVE, // a jar or zip, as it is
    PACKAGE_SQL,     // a script of SQL statements
    PACKAGE_PYTHON,  // a Python script with the files beside it, or their directory
};

enum { PACKAGE_NAME_SIZE = 200 };

struct package_source {
    const char *path;
    const char *const *jars; // of --jar
    size_t jar_count;
    const char *driver; // the jar of kobel's SQL driver; NULL unless it is a script of SQL
};

// By the name, and by what is there.
enum package_kind package_kind_of(const char *path);

// How the service runs a Python application: properties of a group of its own.
struct package_python {
    char main[PACKAGE_NAME_SIZE];  // of the script in the archive
    char jar[PACKAGE_NAME_SIZE];   // the first jar in lib/; "" = none
    size_t jar_count;              // in lib/
    char files[PACKAGE_NAME_SIZE]; // where modules and packages lie, with ',' between; "" = nowhere
};

struct package {
    enum package_kind kind;
    int fd;                   // of the archive that was made, in memory; -1 = none was
    char path[FILE_PATH_MAX]; // of the archive
    bool is_python;           // `python` describes it
    struct package_python python;
};
void package_release(struct package *package);
DEFINE_AUTO_STRUCT(package_release, struct package);

// Makes the archive. The same files give the same bytes. ERROR_NOT_FOUND: a file that is named is
// not there. ERROR_CONFLICT: a file is being written. ERROR_INVALID: they cannot be an application.
// ERROR_LIMIT: they are too many.
MUST_CHECK bool package_make(const struct package_source *source, struct package *out_package,
                             struct error *err);

// The directory whose files belong to a Python application: that of its script.
void package_root(const char *path, char out[static FILE_PATH_MAX]);

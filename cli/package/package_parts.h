// Within the room: what each kind of package adds to the archive.
#pragma once

#include "base/zip_write.h"
#include "cli/package/package.h"

// "a.jar" of "target/a.jar".
const char *package_file_name(const char *path);

// Adds the jars of --jar to lib/ of the archive.
MUST_CHECK bool package_add_jars(struct zip_write *zip, const struct package_source *source,
                                 struct error *err);

// The driver's classes, the script, and the jars beside it.
MUST_CHECK bool package_add_sql(struct zip_write *zip, const struct package_source *source,
                                struct error *err);
// The files of the directory; describes them in `python`.
MUST_CHECK bool package_add_python(struct zip_write *zip, const struct package_source *source,
                                   struct package_python *python, struct error *err);

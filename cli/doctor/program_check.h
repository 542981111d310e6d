// What `kobel doctor` says of a program, whatever it is given as; also before it is run.
#pragma once

#include "cli/doctor/findings.h"
#include "cli/package/package.h"
#include "model/runtime_environment.h"

#include <jansson.h>

struct program_verdict {
    struct findings findings;
    const struct finding *obstacle; // among them: it cannot be run at all; NULL = there is none
};

// Reads the archive of a package. A zip of Python that was given as such is described in
// `package`. `groups`: the properties of the application; NULL = not known. ERROR_*: it cannot be
// read.
MUST_CHECK bool program_check(struct package *package, const json_t *groups,
                              enum runtime_environment runtime, struct program_verdict *out_verdict,
                              struct error *err);

// Of a script of SQL, which needs no archive for that: the jars that it would be packed with.
MUST_CHECK bool program_check_sql(const struct package_source *source,
                                  enum runtime_environment runtime,
                                  struct program_verdict *out_verdict, struct error *err);

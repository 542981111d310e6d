// The properties by which the service runs a Python application. Pure.
#pragma once

#include "base/json.h"
#include "cli/package/package.h"

// Property groups with those of the service for a Python application. `given`: what the user gives,
// which goes before everything; NULL = nothing: then the groups of the application, `known`, stay
// (NULL = there are none). The caller frees the result. ERROR_INVALID: the package has several
// jars, and the user names none.
MUST_CHECK bool package_properties(const struct package_python *python, const json_t *given,
                                   const json_t *known, json_t **out_groups, struct error *err);

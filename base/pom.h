// The pom.xml that Maven puts into the jar of a project. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The version of a dependency, by its artifactId, also with the version of Scala after it. A
// property of the same pom is replaced by its value. False: no such dependency, or its version is
// elsewhere.
bool pom_dependency_version(const char *pom, const char *artifact, char *out, size_t size_bytes);

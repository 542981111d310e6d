// The pom.xml that Maven puts into the jar of a project. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The version of a dependency, by its artifactId with or without Scala's version behind it; a
// property of the same pom is looked up. False: no such dependency, or its version is elsewhere.
bool pom_dependency_version(const char *pom, const char *artifact, char *out, size_t size_bytes);

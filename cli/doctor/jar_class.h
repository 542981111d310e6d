// What a class file of a jar shows about the job. Pure.
#pragma once

#include "cli/doctor/jar_facts.h"

#include <stddef.h>

// Does it belong to a library that jobs bundle, by its name? All others belong to the user.
bool jar_class_is_of_library(const char *name);

// Adds a class by its name: parts of Flink, log4j and Logback.
void jar_class_add_name(const char *name, struct jar_facts *facts);
// Adds a class of the user by its content; a damaged one adds nothing. Flink decides about it.
void jar_class_add_own(const char *name, const unsigned char *bytes, size_t size_bytes,
                       struct jar_facts *facts);

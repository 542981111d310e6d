// Gathers the facts about the zip of a Python application.
#pragma once

#include "base/error.h"
#include "cli/doctor/python_facts.h"

// Adds an entry by its name. Pure.
void python_read_name(const char *name, struct python_facts *facts);
// Adds the content of requirements.txt. Pure.
void python_read_requirements(const char *text, struct python_facts *facts);

// ERROR_INVALID: not a zip archive, or a damaged one. ERROR_SYSTEM: it cannot be read.
MUST_CHECK bool python_read(const char *path, struct python_facts *out_facts, struct error *err);

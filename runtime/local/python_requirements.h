// Whether a requirements.txt says by itself what pip installs, without a file of the program.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// True only if each line is empty, a comment, or a name with extras, versions and a marker. An
// option, a path, a URL, the name of an archive, a continued line or another character than ASCII
// makes it false: it may name a file, or be read by pip in another way. Pure.
bool python_requirements_are_names(const char *text, size_t size_bytes);

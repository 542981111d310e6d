// The reason in a traceback of Python, on one line. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// "ValueError: bad (main.py:12 in <module>, helpers.py:3 in parse)": the exception and the places,
// the outermost first; of many, the last ones. Where Python's exception comes from Java, the line
// of the Java exception that says most. False: the text has no traceback.
bool python_traceback_read(const char *text, char *out, size_t size_bytes);

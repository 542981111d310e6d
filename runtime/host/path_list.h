// Paths that Java and Flink keep in lists: class paths (':'), Flink's lists (';') and Python's
// files and archives (','). None of them has an escape.
#pragma once

#include "base/error.h"

// ERROR_INVALID: the path has one of these characters. `what` it is comes first in the message.
MUST_CHECK bool path_list_accepts(const char *what, const char *path, struct error *err);

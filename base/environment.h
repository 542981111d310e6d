// Variables of the environment. One that is empty counts as one that is not set.
#pragma once

#include "base/error.h"
#include "base/file_path.h"

// Borrowed from the environment, or `fallback`, which may be NULL.
const char *environment_or(const char *name, const char *fallback);

// "<XDG data directory>/<name>", where programs of a user keep their data. ERROR_INVALID: neither
// XDG_DATA_HOME nor HOME is set, or the path is too long.
MUST_CHECK bool environment_data_directory(const char *name, char out[static FILE_PATH_MAX],
                                           struct error *err);

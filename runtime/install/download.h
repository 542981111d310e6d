// Downloads a file, and continues a download that was interrupted. For a command: it waits.
#pragma once

#include "base/error.h"

struct download {
    const char *url;
    // Has the beginning of the file, or is not there yet. It stays after a failure.
    const char *path;
    const char *authorities; // a file of certificates that are trusted; NULL = those of the system
    void (*progress)(void *userdata, double fraction);
    void *userdata;
};

// The file is complete, and on disk. ERROR_UNAVAILABLE: interrupted, the next call continues.
// ERROR_NOT_FOUND: the server does not give it, or is not trusted.
MUST_CHECK bool download_run(const struct download *order, struct error *err);

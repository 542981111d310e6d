#include "base/environment.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>

const char *environment_or(const char *name, const char *fallback) {
    const char *value = getenv(name);

    return text_is_empty(value) ? fallback : value;
}

bool environment_data_directory(const char *name, char out[static FILE_PATH_MAX],
                                struct error *err) {
    const char *data = environment_or("XDG_DATA_HOME", NULL);
    const char *home = environment_or("HOME", NULL);

    if (data != NULL) return file_join(out, FILE_PATH_MAX, err, data, name, NULL);
    if (home != NULL) return file_join(out, FILE_PATH_MAX, err, home, ".local/share", name, NULL);
    return error_set(err, ERROR_INVALID, "neither HOME nor XDG_DATA_HOME is set");
}

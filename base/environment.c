#include "base/environment.h"

#include "base/text.h"

#include <stdlib.h>

const char *environment_or(const char *name, const char *fallback) {
    const char *value = getenv(name);

    return text_is_empty(value) ? fallback : value;
}

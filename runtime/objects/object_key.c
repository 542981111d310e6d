#include "runtime/objects/object_key.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

enum { NAME_MAX_BYTES = 255, PARTS_MAX = 100 };

static bool refuse(struct error *err, const char *reason) {
    return error_set(err, ERROR_INVALID,
                     "kobel keeps objects as files, and no file can have this key: %s", reason);
}

static bool check_part(const char *part, size_t length, struct error *err) {
    if (length == 0) return refuse(err, "a part between two '/' is empty");
    if (length <= 2 && strspn(part, ".") >= length) return refuse(err, "a part is '.' or '..'");
    if (length > NAME_MAX_BYTES) return refuse(err, "a part has more than 255 bytes");
    if (text_starts_with(part, OBJECT_KEY_RESERVED))
        return refuse(err, "names that begin with '" OBJECT_KEY_RESERVED "' are reserved");
    return true;
}

bool object_key_check(const char *key, struct error *err) {
    if (strlen(key) > OBJECT_KEY_MAX_BYTES)
        return error_set(err, ERROR_LIMIT, "Your key is too long");
    if (!text_is_utf8(key)) return refuse(err, "it is not UTF-8");
    int count = 0;
    for (const char *part = key;;) {
        if (++count > PARTS_MAX) return refuse(err, "it has more than 100 parts");
        size_t length = strcspn(part, "/");
        if (!check_part(part, length, err)) return false;
        part += length;
        // A last '/' marks a directory.
        if (part[0] == '\0' || part[1] == '\0') return true;
        part++;
    }
}

char *object_key_path(const char *key) {
    return memory_format("%s%s", key, text_ends_with(key, "/") ? OBJECT_KEY_MARKER : "");
}

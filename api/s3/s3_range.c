#include "api/s3/s3_range.h"

#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

// --- ranges ---

// "<from>-<to>", each of which may be empty: -1. False: not of that form.
static bool read_pair(const char *text, int64_t *out_from, int64_t *out_to) {
    static const char UNIT[] = "bytes=";
    char from[24];
    const char *at = text + strlen(UNIT);

    if (!text_starts_with(text, UNIT) || text_next_part(&at, "-", from, sizeof from) != '-')
        return false;
    *out_from = *out_to = -1;
    if (from[0] != '\0' && (!text_to_int64(from, out_from) || *out_from < 0)) return false;
    if (at[0] != '\0' && (!text_to_int64(at, out_to) || *out_to < 0)) return false;
    return *out_from >= 0 || *out_to >= 0;
}

bool s3_range_read(const char *text, int64_t object_bytes, struct s3_range *out,
                   struct s3_fault *fault) {
    int64_t from = 0;
    int64_t to = 0;

    *out = (struct s3_range){.size_bytes = object_bytes};
    if (text == NULL || !read_pair(text, &from, &to) || (to >= 0 && from > to)) return true;
    if (from < 0) { // the last bytes
        from = to < object_bytes ? object_bytes - to : 0;
        if (to == 0 || object_bytes == 0) return s3_fault_set(fault, "InvalidRange", NULL);
        to = object_bytes - 1;
    }
    if (from >= object_bytes) return s3_fault_set(fault, "InvalidRange", NULL);
    if (to < 0 || to >= object_bytes) to = object_bytes - 1;
    *out = (struct s3_range){.is_part = true, .from_bytes = from, .size_bytes = to - from + 1};
    return true;
}

bool s3_range_read_copy(const char *text, int64_t object_bytes, struct s3_range *out,
                        struct s3_fault *fault) {
    int64_t from = 0;
    int64_t to = 0;

    *out = (struct s3_range){.size_bytes = object_bytes};
    if (text == NULL) return true;
    if (!read_pair(text, &from, &to) || from < 0 || to < from)
        return s3_fault_set(fault, "InvalidArgument",
                            "The x-amz-copy-source-range value must be of the form "
                            "bytes=first-last where first and last are the zero-based offsets of "
                            "the first and last bytes to copy");
    if (to >= object_bytes)
        return s3_fault_set(fault, "InvalidRange",
                            "Range specified is not valid for source object "
                            "of size: %lld",
                            (long long)object_bytes);
    *out = (struct s3_range){.is_part = true, .from_bytes = from, .size_bytes = to - from + 1};
    return true;
}

// --- conditions ---

char *s3_conditions_etag(const char *text) {
    if (text_starts_with(text, "W/")) text += 2;
    if (text[0] == '"') text++;
    return memory_format("%.*s", (int)strcspn(text, "\""), text);
}

// Is the ETag in the list?
static bool matches(const char *list, const char *etag) {
    char one[128];
    char end;

    do {
        list += strspn(list, " ");
        end = text_next_part(&list, ",", one, sizeof one);
        AUTO(memory_free) char *listed = s3_conditions_etag(one);
        if (text_equal(listed, "*") || text_equal(listed, etag)) return true;
    } while (end == ',');
    return false;
}

bool s3_conditions_check(const struct s3_conditions *conditions, const char *etag,
                         int64_t modified_ms, bool is_copy, struct s3_fault *fault) {
    const char *seen = is_copy ? "PreconditionFailed" : "NotModified";
    int64_t time_ms;

    if (conditions->if_match != NULL && !matches(conditions->if_match, etag))
        return s3_fault_set(fault, "PreconditionFailed", NULL);
    if (conditions->if_match == NULL && conditions->if_unmodified_since != NULL &&
        s3_time_read_http(conditions->if_unmodified_since, &time_ms) && modified_ms > time_ms)
        return s3_fault_set(fault, "PreconditionFailed", NULL);
    if (conditions->if_none_match != NULL)
        return !matches(conditions->if_none_match, etag) || s3_fault_set(fault, seen, NULL);
    if (conditions->if_modified_since != NULL &&
        s3_time_read_http(conditions->if_modified_since, &time_ms) && modified_ms <= time_ms)
        return s3_fault_set(fault, seen, NULL);
    return true;
}

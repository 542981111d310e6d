#include "controller/record/tag_rules.h"

#include "base/text.h"

bool tag_rules_check(const json_t *tags, struct error *err) {
    size_t index;
    json_t *tag;

    json_array_foreach(tags, index, tag) {
        const char *key = json_text_or(tag, "Key", "");
        if (text_starts_with(key, "aws:"))
            return error_set(err, ERROR_INVALID, "Tag keys starting with 'aws:' are reserved.");
        for (size_t other = 0; other < index; other++)
            if (text_equal(json_text(json_array_get(tags, other), "Key"), key))
                return error_set(err, ERROR_INVALID,
                                 "The provided tag map contains duplicate tag key");
    }
    return true;
}

bool tag_rules_check_count(int64_t count_after, int64_t limit, struct error *err) {
    return count_after <= limit ||
           error_set(err, ERROR_TOO_MANY,
                     "An application or a snapshot can have at most %lld tags.", (long long)limit);
}

#include "controller/record/property_rules.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/record/firehose.h"
#include "model/record.h"

#include <string.h>

static bool check_group(const json_t *group, struct error *err) {
    const char *id = json_text_or(group, "PropertyGroupId", "");
    const char *key;
    json_t *value;
    json_t *map = json_object_get(group, "PropertyMap");

    json_object_foreach(map, key, value) {
        if (!firehose_check_property(id, key, json_string_value(value), err)) return false;
    }
    return true;
}

bool property_rules_check_groups(const json_t *groups, struct error *err) {
    size_t index;
    json_t *group;

    json_array_foreach(groups, index, group) {
        const char *id = json_text_or(group, "PropertyGroupId", "");
        for (size_t other = 0; other < index; other++)
            if (text_equal(json_text(json_array_get(groups, other), "PropertyGroupId"), id))
                return error_set(err, ERROR_INVALID, "Duplicate property group id '%s'.", id);
        if (!check_group(group, err)) return false;
    }
    return true;
}

// As JSON.
static const size_t PROPERTIES_MAX_BYTES = 50 * 1024;

bool property_rules_check_size(const json_t *config, struct error *err) {
    const json_t *groups = record_property_groups(config);

    if (groups == NULL) return true;
    AUTO(memory_free) char *text = json_print(groups);
    return strlen(text) <= PROPERTIES_MAX_BYTES ||
           error_set(err, ERROR_LIMIT,
                     "The property groups of an application have %zu bytes; the limit is %zu.",
                     strlen(text), PROPERTIES_MAX_BYTES);
}

#include "model/python_options.h"

#include "base/text.h"

static const json_t *find_group(const json_t *groups) {
    size_t index;
    json_t *group;

    json_array_foreach(groups, index, group) {
        if (text_equal(json_text_or(group, "PropertyGroupId", ""), PYTHON_OPTIONS_GROUP))
            return json_member(group, "PropertyMap");
    }
    return NULL;
}

bool python_options_read(const json_t *groups, struct python_options *out_options) {
    const json_t *map = find_group(groups);
    struct python_options options = {
        .main = json_text_or(map, "python", ""),
        .module = json_text_or(map, "pyModule", ""),
        .jar = json_text_or(map, "jarfile", ""),
        .files = json_text_or(map, "pyFiles", ""),
        .archives = json_text_or(map, "pyArchives", ""),
    };

    if (options.main[0] == '\0' && options.module[0] == '\0') return false;
    *out_options = options;
    return true;
}

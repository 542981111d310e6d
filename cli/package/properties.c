#include "cli/package/properties.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

static const size_t FILE_MAX_BYTES = (size_t)1 << 20;

static json_t *find(const json_t *groups, const char *id) {
    size_t index;
    json_t *group;

    json_array_foreach(groups, index, group) {
        if (text_equal(json_text(group, "PropertyGroupId"), id))
            return json_object_get(group, "PropertyMap");
    }
    return NULL;
}

const json_t *properties_find(const json_t *groups, const char *id) {
    return find(groups, id);
}

json_t *properties_map_of(json_t *groups, const char *id) {
    json_t *found = find(groups, id);

    if (found != NULL) return found;
    json_t *map = json_new_object();
    json_t *group = json_new_object();
    json_put_text(group, "PropertyGroupId", id);
    json_put(group, "PropertyMap", map);
    json_add(groups, group);
    return map;
}

// How many bytes of `property` are the group `id`; 0 = it is of another group.
static size_t length_as(const char *property, const char *id) {
    size_t length = strlen(id);

    if (!text_starts_with(property, id) || property[length] != '.' || property[length + 1] == '=')
        return 0;
    return length;
}

static size_t length_as_one_of(const char *property, const json_t *groups) {
    size_t longest = 0;
    size_t index;
    json_t *group;

    json_array_foreach(groups, index, group) {
        size_t length = length_as(property, json_text_or(group, "PropertyGroupId", ""));
        if (length > longest) longest = length;
    }
    return longest;
}

// The name of a group may have dots, as that of the service has: the longest one that is known
// counts, else what is before the first dot.
static size_t group_length(const char *property, const json_t *groups, const json_t *known) {
    size_t lengths[] = {length_as(property, PROPERTIES_RUN_OPTIONS),
                        length_as_one_of(property, groups), length_as_one_of(property, known)};
    size_t longest = 0;

    for (size_t index = 0; index < COUNT_OF(lengths); index++)
        if (lengths[index] > longest) longest = lengths[index];
    return longest > 0 ? longest : strcspn(property, ".=");
}

bool properties_add(json_t *groups, const json_t *known, const char *property, struct error *err) {
    bool is_quoted = property[0] == '"';
    const char *id = is_quoted ? property + 1 : property;
    size_t length = is_quoted ? strcspn(id, "\"") : group_length(property, groups, known);
    const char *dot = id + length + (is_quoted && id[length] == '"');
    const char *equals = dot[0] == '.' ? strchr(dot, '=') : NULL;

    if (length == 0 || equals == NULL || dot + 1 == equals)
        return error_set(err, ERROR_INVALID, "'%.80s' is not a property: use Group.key=value",
                         property);
    AUTO(memory_free) char *group = memory_format("%.*s", (int)length, id);
    AUTO(memory_free) char *key = memory_format("%.*s", (int)(equals - dot - 1), dot + 1);
    json_put_text(properties_map_of(groups, group), key, equals + 1);
    return true;
}

static bool add_group(json_t *groups, json_t *group, struct error *err) {
    const char *id = json_text(group, "PropertyGroupId");
    json_t *map = json_object_get(group, "PropertyMap");
    const char *key;
    json_t *value;

    if (id == NULL || !json_is_object(map))
        return error_set(
            err, ERROR_INVALID,
            "a property group is not complete: it needs \"PropertyGroupId\" and \"PropertyMap\"");
    json_object_foreach(map, key, value) {
        if (!json_is_string(value))
            return error_set(err, ERROR_INVALID,
                             "the value of %s.%s is not a string: put it in quotes", id, key);
        json_put_text(properties_map_of(groups, id), key, json_string_value(value));
    }
    return true;
}

static bool add_json(json_t *groups, const char *text, size_t size_bytes, struct error *err) {
    AUTO(json_decref) json_t *list = NULL;
    size_t index;
    json_t *group;

    if (!json_parse(text, size_bytes, &list, err)) return false;
    if (!json_is_array(list))
        return error_set(err, ERROR_INVALID, "the JSON is not a list of property groups");
    json_array_foreach(list, index, group) {
        if (!add_group(groups, group, err)) return false;
    }
    return true;
}

bool properties_add_text(json_t *groups, const json_t *known, const char *text, size_t size_bytes,
                         struct error *err) {
    AUTO(memory_free) char *copy = memory_format("%.*s", (int)size_bytes, text);
    char *rest = copy;

    while (isspace((unsigned char)*rest))
        rest++;
    if (*rest == '[') return add_json(groups, text, size_bytes, err);
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        line += strspn(line, " \t");
        line[strcspn(line, "\r")] = '\0';
        if (line[0] != '\0' && line[0] != '#' && !properties_add(groups, known, line, err))
            return false;
    }
    return true;
}

bool properties_read(const struct property_source *source, json_t **out_groups, struct error *err) {
    AUTO(json_decref) json_t *groups = json_new_array();
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(FILE_MAX_BYTES);

    if (source->path != NULL &&
        (!file_read_or_wait(source->path, &text, err) ||
         !properties_add_text(groups, source->known, buffer_text(&text), text.size_bytes, err)))
        return error_prefix(err, "%s", source->path);
    for (size_t index = 0; index < source->count; index++)
        if (!properties_add(groups, source->known, source->properties[index], err)) return false;
    *out_groups = TAKE(groups);
    return true;
}

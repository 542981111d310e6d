#include "cli/package/package_properties.h"

#include "cli/package/properties.h"

// A value is set unless the user gives one.
static void put(json_t *map, const json_t *given, const char *key, const char *value) {
    if (json_text(given, key) != NULL) return;
    if (value[0] == '\0')
        (void)json_object_del(map, key);
    else
        json_put_text(map, key, value);
}

bool package_properties(const struct package_python *python, const json_t *given,
                        const json_t *known, json_t **out_groups, struct error *err) {
    const json_t *base = given != NULL ? given : known;
    AUTO(json_decref) json_t *groups = base == NULL ? json_new_array() : json_copy_of(base);
    const json_t *own = properties_find(given, PROPERTIES_RUN_OPTIONS);
    json_t *map = properties_map_of(groups, PROPERTIES_RUN_OPTIONS);

    if (python->jar_count > 1 && json_text(own, "jarfile") == NULL)
        return error_set(err, ERROR_INVALID,
                         "lib/ has %zu jars, and the service adds one jar to a Python application: "
                         "merge them into one, or name one with -p " PROPERTIES_RUN_OPTIONS
                         ".jarfile=%s",
                         python->jar_count, python->jar);
    put(map, own, "python", python->main);
    put(map, own, "jarfile", python->jar);
    put(map, own, "pyFiles", python->files);
    *out_groups = TAKE(groups);
    return true;
}

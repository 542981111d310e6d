#include "base/zip_shape.h"

#include "base/text.h"

static void add_jar(const char *name, struct zip_shape *shape) {
    size_t at = shape->jar_count++;

    // A jar with a name that is too long cannot be used.
    if (at < 2 && !text_copy(shape->jars[at], FILE_PATH_MAX, name)) shape->jar_count++;
}

void zip_shape_add(const char *name, struct zip_shape *shape) {
    // macOS adds such an entry for each file.
    if (name[0] == '\0' || text_starts_with(name, "__MACOSX/")) return;
    if (!text_ends_with(name, "/")) shape->count++;
    if (text_starts_with(name, "META-INF/") || text_ends_with(name, ".class"))
        shape->has_classes = true;
    else if (text_ends_with(name, ".py") && shape->python_count++ == 0)
        (void)text_copy(shape->python, FILE_PATH_MAX, name);
    else if (text_ends_with(name, ".jar"))
        add_jar(name, shape);
}

const char *zip_shape_jar(const struct zip_shape *shape) {
    bool is_around = !shape->has_classes && shape->python_count == 0 && shape->jar_count == 1;

    return is_around ? shape->jars[0] : NULL;
}

bool zip_shape_is_decided(const struct zip_shape *shape) {
    return shape->has_classes || shape->python_count > 0 || shape->jar_count > 1;
}

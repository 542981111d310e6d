// What kind of archive a zip is.
#include "base/zip_shape.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(zip_shape, is_around_a_jar_only_where_nothing_else_could_run) {
    static const struct {
        const char *names[4];
        const char *jar;
    } rows[] = {
        {{"a.jar"}, "a.jar"},
        {{"target/", "target/a.jar", "README.txt"}, "target/a.jar"},
        {{"__MACOSX/._a.jar", "a.jar"}, "a.jar"},
        {{"a.jar", "b.jar"}, NULL},
        {{"a.jar", "main.py"}, NULL},
        {{"META-INF/", "a.jar"}, NULL},
        {{"a.jar", "example/Job.class"}, NULL},
        {{"a.txt"}, NULL},
        {{NULL}, NULL},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct zip_shape shape = {0};
        for (size_t at = 0; rows[index].names[at] != NULL; at++)
            zip_shape_add(rows[index].names[at], &shape);
        const char *jar = zip_shape_jar(&shape);
        cr_assert(eq(int, jar != NULL, rows[index].jar != NULL), "row %zu", index);
        if (jar != NULL) cr_assert(eq(str, (char *)jar, (char *)rows[index].jar));
    }
}

Test(zip_shape, a_jar_whose_name_is_too_long_cannot_be_used) {
    struct zip_shape shape = {0};
    char name[FILE_PATH_MAX + 10];

    memset(name, 'a', sizeof name);
    memcpy(name + sizeof name - 5, ".jar", 5);
    zip_shape_add(name, &shape);
    cr_assert(zip_shape_jar(&shape) == NULL);
    cr_assert(zip_shape_is_decided(&shape));
}

// Which classes the jars of kobel's internal programs get.
#include "runtime/install/own_programs.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static char classes[64];

static void set_up(void) {
    (void)text_copy(classes, sizeof classes, "/tmp/kobel-classes-XXXXXX");
    cr_assert(mkdtemp(classes) != NULL);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(classes, NULL));
}

TestSuite(own_programs, .init = set_up, .fini = tear_down);

static void add_class(const char *package, const char *name) {
    struct error err;
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, classes, package, NULL));
    cr_assert(file_make_directories(path, 0700, &err));
    cr_assert(file_join(path, sizeof path, &err, classes, package, name, NULL));
    cr_assert(file_write_atomically(path, "x", 1, 0600, &err));
}

Test(own_programs, every_class_that_begins_with_its_program_is_packed) {
    struct error err;

    add_class("kobel", "Primer.class");
    add_class("kobel", "Holder$1.class");
    add_class("kobel", "HolderCall.class");
    add_class("com/amazonaws/services/kinesisanalytics/runtime", "KinesisAnalyticsRuntime.class");
    cr_assert(own_programs_check(classes, &err), "%s", err.message);
}

Test(own_programs, a_class_that_would_be_in_no_jar_is_an_error_that_names_it) {
    static const struct {
        const char *package;
        const char *name;
    } rows[] = {
        {"kobel", "Helper.class"},
        {"other", "Primer.class"}, // in the package of no program
        {"", "Primer.class"},
        {"com/amazonaws", "KinesisAnalyticsRuntime.class"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct error err;

        add_class("kobel", "Primer.class");
        add_class(rows[index].package, rows[index].name);
        cr_assert(not(own_programs_check(classes, &err)), "row %zu", index);
        cr_assert(eq(int, err.kind, ERROR_INVALID));
        cr_assert(strstr(err.message, rows[index].name) != NULL, "%s", err.message);
        tear_down();
        set_up();
    }
}

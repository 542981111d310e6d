// Files that the metadata of a savepoint refers to, and those that are there.
#include "runtime/savepoint/savepoint_files.h"

#include "base/file.h"
#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static char root[64];
static char directory[128];

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-files-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    (void)text_format(directory, sizeof directory, "%s/savepoint", root);
    touch(root, "savepoint/state");
    touch(root, "outside");
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(savepoint_files, .init = set_up, .fini = tear_down);

// A file of one byte.
static bool check(char *name, bool is_relative) {
    struct savepoint_file file = {.name = name, .size_bytes = 1, .is_relative = is_relative};
    const struct savepoint_metadata metadata = {.files = &file, .file_count = 1};

    return savepoint_files_check(directory, &metadata, &err);
}

Test(savepoint_files, are_found_at_any_depth) {
    touch(root, "savepoint/a/b");
    cr_assert(check("state", true), "%s", err.message);
    cr_assert(check("a/b", true), "%s", err.message);
}

Test(savepoint_files, are_not_sought_outside_of_the_savepoint) {
    static char *const names[] = {
        "../outside", "../savepoint/state", "/etc/passwd", "",       ".",
        "..",         "state/../state",     "state/x",     "state/",
    };

    for (size_t index = 0; index < COUNT_OF(names); index++) {
        cr_assert(not(check(names[index], true)), "%s", names[index]);
        cr_assert(eq(int, err.kind, ERROR_INVALID));
        cr_assert(strstr(err.message, "which is not there (1 of 1 files is missing)") != NULL, "%s",
                  err.message);
    }
}

Test(savepoint_files, may_have_more_bytes_than_needed) {
    struct savepoint_file file = {.name = "state", .is_relative = true};
    const struct savepoint_metadata metadata = {.files = &file, .file_count = 1};

    cr_assert(savepoint_files_check(directory, &metadata, &err), "%s", err.message);
    file.size_bytes = 2;
    cr_assert(not(savepoint_files_check(directory, &metadata, &err)));
    cr_assert(strstr(err.message, "which has 1 of 2 bytes") != NULL, "%s", err.message);
}

Test(savepoint_files, with_absolute_paths_are_not_checked) {
    cr_assert(check("/nowhere/state", false), "%s", err.message);
}

Test(savepoint_files, are_named_in_one_line) {
    cr_assert(not(check("a\nb\x1b[2J", true)));
    cr_assert(strchr(err.message, '\n') == NULL && strchr(err.message, '\x1b') == NULL);
}

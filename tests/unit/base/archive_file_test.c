#include "base/archive_file.h"

#include "base/file.h"
#include "base/text.h"
#include "unit/base/zip_file.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char directory[] = "/tmp/kobel-archive-XXXXXX";
static char path[64];
static struct error err;

static void set_up(void) {
    cr_assert_not_null(mkdtemp(directory));
    cr_assert(file_join(path, sizeof path, &err, directory, "f.zip", NULL));
}

static void tear_down(void) {
    cr_assert(file_remove_tree(directory, &err));
}

TestSuite(archive_file, .init = set_up, .fini = tear_down);

static const struct zip_entry entries[] = {{"a/", ""}, {"a/one", "first"}, {"two", ""}};

static void check_entries(enum archive_kind kind) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name;
    char block[16] = "";
    size_t got;

    cr_assert(archive_file_open(path, kind, &archive, &err), "%s", err.message);
    cr_assert(archive_file_next(archive, &name, &err));
    cr_assert_str_eq(name, "", "a directory");
    cr_assert(archive_file_next(archive, &name, &err));
    cr_assert_str_eq(name, "a/one");
    cr_assert(archive_file_read(archive, block, sizeof block, &got, &err));
    cr_assert_eq(got, 5);
    cr_assert_str_eq(block, "first");
    cr_assert(archive_file_read(archive, block, sizeof block, &got, &err));
    cr_assert_eq(got, 0);
    cr_assert_gt(archive_file_position_bytes(archive), 0);
    cr_assert(archive_file_next(archive, &name, &err));
    cr_assert_str_eq(name, "two");
    cr_assert(archive_file_next(archive, &name, &err));
    cr_assert_null(name);
}

Test(archive_file, is_read_entry_by_entry) {
    zip_file_write(path, entries, sizeof entries / sizeof entries[0]);
    check_entries(ARCHIVE_KIND_ZIP);
    check_entries(ARCHIVE_KIND_ZIP_DIRECTORY);
    check_entries(ARCHIVE_KIND_ANY);
}

Test(archive_file, of_another_kind_is_refused) {
    static const char text[] = "this is not an archive";
    struct archive_file *archive = NULL;
    const char *name;

    cr_assert(file_write_atomically(path, text, sizeof text, 0600, &err));
    bool is_open = archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, &err);
    cr_assert_not(is_open && archive_file_next(archive, &name, &err));
    cr_assert_eq(err.kind, ERROR_INVALID);
    archive_file_close(archive);
    cr_assert_not(archive_file_open("/nowhere/f.zip", ARCHIVE_KIND_ANY, &archive, &err));
}

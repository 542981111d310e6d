// The files of enhanced snapshots: published, measured, checked, removed.
#include "runtime/local/snapshot_files.h"

#include "base/file_inside.h"
#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "0123456789abcdef"

static struct error err;
static char root[64];
static char found[FILE_PATH_MAX];

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-snapshots-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(snapshot_files, .init = set_up, .fini = tear_down);

static bool is_there(const char *relative) {
    return file_is_regular_inside(root, relative);
}

static bool publish(const char *savepoint) {
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, root, savepoint, NULL));
    return snapshot_files_publish(root, "a", path, ID, found, &err);
}

static void link_to(const char *target, const char *relative) {
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, root, relative, NULL));
    cr_assert(symlink(target, path) == 0);
}

// --- publishing ---

Test(snapshot_files, are_moved_where_they_outlive_the_application) {
    touch(root, "apps/a/snapshots/s/t/savepoint-1/_metadata");
    touch(root, "apps/a/snapshots/s/t/savepoint-1/state");
    cr_assert(publish("apps/a/snapshots/s/t/savepoint-1"), "%s", err.message);
    cr_assert(text_ends_with(found, "/apps/.snapshots/" ID));
    cr_assert(is_there("apps/.snapshots/" ID "/state"));
    cr_assert(not(is_there("apps/a/snapshots/s/t/savepoint-1/_metadata")));
    char again[FILE_PATH_MAX];
    cr_assert(snapshot_files_find(root, ID, again));
    cr_assert(eq(str, again, found));
}

// A daemon died between the move and its record.
Test(snapshot_files, that_were_moved_already_stay) {
    touch(root, "apps/.snapshots/" ID "/_metadata");
    cr_assert(publish("apps/a/snapshots/s/t/savepoint-1"), "%s", err.message);
    cr_assert(is_there("apps/.snapshots/" ID "/_metadata"));
}

Test(snapshot_files, replace_what_is_incomplete) {
    touch(root, "apps/.snapshots/" ID "/half");
    touch(root, "apps/a/snapshots/s/t/savepoint-1/_metadata");
    cr_assert(publish("apps/a/snapshots/s/t/savepoint-1"), "%s", err.message);
    cr_assert(not(is_there("apps/.snapshots/" ID "/half")));
}

Test(snapshot_files, that_are_incomplete_are_no_snapshot) {
    touch(root, "apps/a/snapshots/s/t/savepoint-1/state");
    cr_assert(not(publish("apps/a/snapshots/s/t/savepoint-1")));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(is_there("apps/a/snapshots/s/t/savepoint-1/state"));
    cr_assert(not(publish("apps/a/snapshots/s/t/absent")));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(not(publish("apps/b/snapshots/s/t/savepoint-1")));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

// A job may make any of its directories a link.
Test(snapshot_files, are_not_taken_through_a_link) {
    char elsewhere[FILE_PATH_MAX];

    touch(root, "elsewhere/savepoint-1/_metadata");
    touch(root, "apps/a/snapshots/s/file");
    (void)text_format(elsewhere, sizeof elsewhere, "%s/elsewhere", root);
    link_to(elsewhere, "apps/a/snapshots/s/t");
    cr_assert(not(publish("apps/a/snapshots/s/t/savepoint-1")));
    cr_assert(is_there("elsewhere/savepoint-1/_metadata"));
    (void)text_format(elsewhere, sizeof elsewhere, "%s/elsewhere/savepoint-1", root);
    link_to(elsewhere, "apps/a/snapshots/s/savepoint-2");
    cr_assert(not(publish("apps/a/snapshots/s/savepoint-2")));
    cr_assert(is_there("elsewhere/savepoint-1/_metadata"));
    cr_assert(not(snapshot_files_find(root, ID, found)));
}

// --- measuring and removing ---

Test(snapshot_files, are_measured_without_following_links) {
    cr_assert(eq(int, (int)snapshot_files_measure(root, ID), 0));
    touch(root, "apps/.snapshots/" ID "/_metadata");
    touch(root, "apps/.snapshots/" ID "/state");
    touch(root, "apps/.snapshots/" ID "/more/state");
    link_to("/etc/passwd", "apps/.snapshots/" ID "/link");
    link_to("/etc", "apps/.snapshots/" ID "/links");
    cr_assert(eq(int, (int)snapshot_files_measure(root, ID), 3));
}

Test(snapshot_files, are_removed_once_and_again) {
    touch(root, "apps/.snapshots/" ID "/_metadata");
    touch(root, "apps/.snapshots/other/_metadata");
    cr_assert(snapshot_files_remove(root, ID, &err), "%s", err.message);
    cr_assert(snapshot_files_remove(root, ID, &err), "%s", err.message);
    cr_assert(not(snapshot_files_find(root, ID, found)));
    cr_assert(snapshot_files_find(root, "other", found));
}

// --- what was imported ---

static bool receive(void *directory, const char *name, enum file_kind kind, struct error *reason) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(1 << 20);
    char path[FILE_PATH_MAX];

    (void)reason;
    cr_assert(eq(int, kind, FILE_REGULAR));
    (void)text_format(path, sizeof path, "%s/%s", (const char *)directory, name);
    cr_assert(file_read(path, &bytes, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/.snapshots/" ID "/%s", root, name);
    return file_write_atomically(path, buffer_text(&bytes), bytes.size_bytes, 0600, &err);
}

// All its files.
static void import(const char *savepoint) {
    char directory[FILE_PATH_MAX];

    touch(root, "apps/.snapshots/" ID "/_metadata");
    (void)text_format(directory, sizeof directory, TEST_DATA_DIR "/savepoints/%s", savepoint);
    cr_assert(file_list_inside(directory, "", receive, directory, &err), "%s", err.message);
}

static bool check(const char *savepoint) {
    import(savepoint);
    return snapshot_files_check_imported(root, ID, &err);
}

static void file_of_import(char out[static FILE_PATH_MAX], const char *name) {
    (void)text_format(out, FILE_PATH_MAX, "%s/apps/.snapshots/" ID "/%s", root, name);
}

Test(snapshot_files, of_every_flink_are_accepted_when_they_are_canonical) {
    static const char *const savepoints[] = {
        "1.15.2/canonical", "1.18.1/canonical", "1.19.1/canonical", "1.20.3/canonical",
        "1.20.3/files",     "2.0.1/canonical",  "2.2.0/canonical",  "2.3.0/canonical"};

    for (size_t index = 0; index < sizeof savepoints / sizeof *savepoints; index++)
        cr_assert(check(savepoints[index]), "%s: %s", savepoints[index], err.message);
}

Test(snapshot_files, that_are_native_or_a_checkpoint_are_refused) {
    cr_assert(not(check("1.20.3/native")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(strstr(err.message, "NATIVE") != NULL, "%s", err.message);
    cr_assert(not(check("1.20.3/checkpoint")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(strstr(err.message, "checkpoint") != NULL, "%s", err.message);
}

Test(snapshot_files, that_are_no_savepoint_are_refused) {
    cr_assert(not(snapshot_files_check_imported(root, ID, &err)));
    touch(root, "apps/.snapshots/" ID "/_metadata");
    cr_assert(not(snapshot_files_check_imported(root, ID, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
}

Test(snapshot_files, that_lack_files_are_refused) {
    char path[FILE_PATH_MAX];

    import("1.20.3/files");
    file_of_import(path, "332c6f8d-3d95-4f83-974f-df5f956e852f");
    cr_assert(unlink(path) == 0);
    cr_assert(not(snapshot_files_check_imported(root, ID, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(eq(str, err.message,
                 "`_metadata` refers to '332c6f8d-3d95-4f83-974f-df5f956e852f', which is not there "
                 "(1 of 10 files is missing). Copy the whole savepoint to the prefix and import "
                 "it again."));
    // Nor is a directory or a link a file.
    cr_assert(mkdir(path, 0700) == 0);
    file_of_import(path, "282936bc-0a7c-4290-a58b-a2b495194ca7");
    cr_assert(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
    cr_assert(not(snapshot_files_check_imported(root, ID, &err)));
    cr_assert(strstr(err.message, "'282936bc-0a7c-4290-a58b-a2b495194ca7', which is not there (2 "
                                  "of 10 files are missing)") != NULL,
              "%s", err.message);
}

Test(snapshot_files, of_which_a_file_is_too_short_are_refused) {
    char path[FILE_PATH_MAX];

    import("1.20.3/files");
    file_of_import(path, "f266b0d6-cc97-41d1-b38f-9dff971e71f6");
    cr_assert(truncate(path, 1) == 0);
    cr_assert(not(snapshot_files_check_imported(root, ID, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(strstr(err.message, "which has 1 of ") != NULL, "%s", err.message);
    cr_assert(strstr(err.message, "(1 of 10 files is missing or incomplete)") != NULL, "%s",
              err.message);
}

// The files of enhanced snapshots: published, measured, checked, removed.
#include "runtime/local/snapshot_files.h"

#include "base/file_inside.h"
#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
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

static bool check(const char *savepoint) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(1 << 20);
    char path[FILE_PATH_MAX];

    touch(root, "apps/.snapshots/" ID "/_metadata");
    (void)text_format(path, sizeof path, TEST_DATA_DIR "/savepoints/%s/_metadata", savepoint);
    cr_assert(file_read(path, &bytes, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/.snapshots/" ID "/_metadata", root);
    cr_assert(file_write_atomically(path, buffer_text(&bytes), bytes.size_bytes, 0600, &err));
    return snapshot_files_check_imported(root, ID, &err);
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

// What an application has on disk.
#include "runtime/local/app_files.h"

#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static bool is_needed(void *userdata, const char *job_id) {
    (void)userdata;
    return text_equal(job_id, "j");
}

Test(app_files, finds_the_newest_checkpoint_that_is_complete) {
    char root[] = "/tmp/kobel-files-XXXXXX";
    char found[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(not(app_files_find_checkpoint(root, "a", "j", found)));
    touch(root, "apps/a/checkpoints/j/chk-9/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-10/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-11/half");
    touch(root, "apps/a/checkpoints/j/shared/file");
    cr_assert(app_files_find_checkpoint(root, "a", "j", found));
    cr_assert(text_ends_with(found, "/chk-10"));
    touch(root, "apps/a/checkpoints/old/chk-1/_metadata");
    int removed;
    cr_assert(app_files_prune_checkpoints(root, "a", is_needed, NULL, &removed, &err));
    cr_assert(not(app_files_find_checkpoint(root, "a", "old", found)));
    cr_assert(app_files_find_checkpoint(root, "a", "j", found));
    cr_assert(file_remove_tree(root, &err));
}

Test(app_files, keeps_a_snapshot_called_dot_dot_inside) {
    char path[FILE_PATH_MAX];

    cr_assert(app_files_snapshot_directory("/data", "a", "..", "t", path, &err));
    cr_assert(text_starts_with(path, "/data/apps/a/snapshots/"));
    cr_assert(strstr(path, "..") == NULL);
    cr_assert(app_files_snapshot_directory("/data", "a", "plain-1.0", "t", path, &err));
    cr_assert(eq(str, path, "/data/apps/a/snapshots/plain-1.0/t"));
}

Test(app_files, removes_of_a_snapshot_nothing_that_is_anothers) {
    char root[] = "/tmp/kobel-files-XXXXXX";
    struct snapshot old = {.name = "s", .trigger_id = "t0"}; // of an earlier kobel: no <trigger>
    struct snapshot first = {.name = "s", .trigger_id = "t1"};
    struct snapshot second = {.name = "s", .trigger_id = "t2"};
    struct snapshot outside = {.name = "other", .trigger_id = "t3"};
    char found[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    touch(root, "apps/a/snapshots/s/savepoint-0/_metadata");
    touch(root, "apps/a/snapshots/s/t1/savepoint-1/_metadata");
    touch(root, "apps/a/snapshots/s/t2/half");
    (void)text_format(old.location, FILE_PATH_MAX, "%s/apps/a/snapshots/s/savepoint-0", root);
    (void)text_format(outside.location, FILE_PATH_MAX, "%s/apps/a/snapshots/s/t1", root);
    cr_assert(app_files_find_savepoint(root, "a", &first, found));
    cr_assert(text_ends_with(found, "/s/t1/savepoint-1"));
    cr_assert(not(app_files_find_savepoint(root, "a", &second, found)));
    cr_assert(app_files_remove_snapshot(root, "a", &second, &err), "%s", err.message);
    cr_assert(app_files_remove_snapshot(root, "a", &outside, &err), "%s", err.message);
    cr_assert(file_is_directory(old.location));
    cr_assert(app_files_remove_snapshot(root, "a", &old, &err), "%s", err.message);
    cr_assert(not(file_is_directory(old.location)));
    cr_assert(app_files_find_savepoint(root, "a", &first, found));
    cr_assert(app_files_remove_snapshot(root, "a", &first, &err), "%s", err.message);
    (void)text_format(found, sizeof found, "%s/apps/a/snapshots/s", root);
    cr_assert(not(file_is_directory(found)));
    cr_assert(file_remove_tree(root, &err));
}

Test(app_files, locates_only_restore_points_of_its_own) {
    char root[FILE_PATH_MAX];
    char relative[FILE_PATH_MAX];

    cr_assert(
        app_files_locate("/data", "/data/apps/a/snapshots/s/t/savepoint-1", root, relative, &err));
    cr_assert(eq(str, root, "/data/apps/a"));
    cr_assert(eq(str, relative, "snapshots/s/t/savepoint-1"));
    cr_assert(app_files_locate("/data", "/data/apps/.snapshots/e", root, relative, &err));
    cr_assert(eq(str, root, "/data/apps/.snapshots"));
    cr_assert(eq(str, relative, "e"));
    static const char *const others[] = {
        "", "/etc", "/data/apps", "/data/apps/a", "/data/apps//b", "/data/apps2/a/b"};
    for (size_t index = 0; index < COUNT_OF(others); index++)
        cr_assert(not(app_files_locate("/data", others[index], root, relative, &err)), "%s",
                  others[index]);
}

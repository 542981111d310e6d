// The directories of applications and their clusters.
#include "runtime/local/workspace.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct error err;

static void touch(const char *root, const char *rest) {
    char path[FILE_PATH_MAX];
    char *slash;

    (void)text_format(path, sizeof path, "%s/%s", root, rest);
    slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(file_make_directories(path, 0700, &err));
    *slash = '/';
    cr_assert(file_write_atomically(path, "x", 1, 0600, &err));
}

static bool is_needed(void *userdata, const char *job_id) {
    (void)userdata;
    return text_equal(job_id, "j");
}

Test(workspace, finds_the_newest_checkpoint_that_is_complete) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char found[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(not(workspace_find_checkpoint(root, "a", "j", found)));
    touch(root, "apps/a/checkpoints/j/chk-9/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-10/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-11/half");
    touch(root, "apps/a/checkpoints/j/shared/file");
    cr_assert(workspace_find_checkpoint(root, "a", "j", found));
    cr_assert(text_ends_with(found, "/chk-10"));
    touch(root, "apps/a/checkpoints/old/chk-1/_metadata");
    int removed;
    cr_assert(workspace_prune_checkpoints(root, "a", is_needed, NULL, &removed, &err));
    cr_assert(not(workspace_find_checkpoint(root, "a", "old", found)));
    cr_assert(workspace_find_checkpoint(root, "a", "j", found));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, keeps_a_snapshot_called_dot_dot_inside) {
    char path[FILE_PATH_MAX];

    cr_assert(workspace_snapshot_directory("/data", "a", "..", "t", path, &err));
    cr_assert(text_starts_with(path, "/data/apps/a/snapshots/"));
    cr_assert(strstr(path, "..") == NULL);
    cr_assert(workspace_snapshot_directory("/data", "a", "plain-1.0", "t", path, &err));
    cr_assert(eq(str, path, "/data/apps/a/snapshots/plain-1.0/t"));
}

Test(workspace, removes_of_a_snapshot_nothing_that_is_anothers) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
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
    cr_assert(workspace_find_savepoint(root, "a", &first, found));
    cr_assert(text_ends_with(found, "/s/t1/savepoint-1"));
    cr_assert(not(workspace_find_savepoint(root, "a", &second, found)));
    cr_assert(workspace_remove_snapshot(root, "a", &second, &err), "%s", err.message);
    cr_assert(workspace_remove_snapshot(root, "a", &outside, &err), "%s", err.message);
    cr_assert(file_is_directory(old.location));
    cr_assert(workspace_remove_snapshot(root, "a", &old, &err), "%s", err.message);
    cr_assert(not(file_is_directory(old.location)));
    cr_assert(workspace_find_savepoint(root, "a", &first, found));
    cr_assert(workspace_remove_snapshot(root, "a", &first, &err), "%s", err.message);
    (void)text_format(found, sizeof found, "%s/apps/a/snapshots/s", root);
    cr_assert(not(file_is_directory(found)));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, keeps_the_logs_of_the_newest_clusters_only) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    for (int number = 1; number <= 12; number++) {
        char rest[80];
        (void)text_format(rest, sizeof rest, "apps/a/clusters/a-%x/log/jobmanager.log", number);
        touch(root, rest);
        (void)text_format(rest, sizeof rest, "apps/a/clusters/a-%x/work/big", number);
        touch(root, rest);
    }
    cr_assert(workspace_clean(root, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-7", root);
    cr_assert(not(file_exists(path)));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-8/log/jobmanager.log", root);
    cr_assert(file_exists(path));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-c/work", root);
    cr_assert(not(file_exists(path)));
    cr_assert(file_remove_tree(root, &err));
}

static bool is_link(const char *path) {
    struct stat entry;

    return lstat(path, &entry) == 0 && S_ISLNK(entry.st_mode);
}

Test(workspace, a_claimed_spare_is_the_applications_cluster_until_it_ends_and_after) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char log[FILE_PATH_MAX];
    struct workspace_paths spare;
    struct workspace_paths cluster;

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(workspace_spare_paths_of(root, "s", "", &spare, &err));
    cr_assert(eq(str, spare.checkpoints, ""));
    cr_assert(workspace_make(&spare, &err), "%s", err.message);
    touch(root, "spares/s/log/jobmanager.log");
    cr_assert(workspace_claim_spare(root, "s", "a", "a-1", &err), "%s", err.message);
    cr_assert(workspace_paths_of(root, "a", "a-1", &cluster, &err));
    (void)text_format(log, sizeof log, "%s/jobmanager.log", cluster.log);
    cr_assert(is_link(cluster.cluster) && file_exists(log));
    cr_assert(file_is_directory(cluster.checkpoints));
    cr_assert(workspace_settle_spare(root, "a", "a-1", &err), "%s", err.message);
    cr_assert(not(is_link(cluster.cluster)));
    cr_assert(file_exists(log));
    cr_assert(workspace_settle_spare(root, "a", "a-1", &err));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, a_daemon_that_died_leaves_the_logs_of_spares_that_were_claimed) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    touch(root, "spares/claimed/log/jobmanager.log");
    touch(root, "spares/nobodys/log/jobmanager.log");
    cr_assert(workspace_claim_spare(root, "claimed", "a", "a-1", &err), "%s", err.message);
    cr_assert(workspace_clean(root, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-1", root);
    cr_assert(not(is_link(path)));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-1/log/jobmanager.log", root);
    cr_assert(file_exists(path));
    (void)text_format(path, sizeof path, "%s/spares", root);
    cr_assert(not(file_exists(path)));
    cr_assert(file_remove_tree(root, &err));
}

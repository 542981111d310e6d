// The directory of a spare becomes that of a cluster.
#include "runtime/local/workspace_spare.h"

#include "base/text.h"
#include "runtime/local/workspace_retire.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct error err;

static bool is_link(const char *path) {
    struct stat entry;

    return lstat(path, &entry) == 0 && S_ISLNK(entry.st_mode);
}

Test(workspace_spare, a_claimed_spare_is_the_applications_cluster_until_it_ends_and_after) {
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
    cr_assert(workspace_replace_link(root, "a", "a-1", &err), "%s", err.message);
    cr_assert(not(is_link(cluster.cluster)));
    cr_assert(file_exists(log));
    cr_assert(workspace_replace_link(root, "a", "a-1", &err));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace_spare, a_daemon_that_died_leaves_the_logs_of_spares_that_were_claimed) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    touch(root, "spares/claimed/log/jobmanager.log");
    touch(root, "spares/unclaimed/log/jobmanager.log");
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

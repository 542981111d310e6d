// What is left of clusters that have ended.
#include "runtime/local/workspace_retire.h"

#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static struct error err;

Test(workspace_retire, keeps_the_logs_of_the_newest_clusters_only) {
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

// A job has the daemon's user, and may remove the permissions of its directories for both. They are
// removed all the same, and one that cannot be removed does not keep the others.
#include "base/file.h"
#include "base/text.h"
#include "runtime/host/trash.h"
#include "runtime/local/app_files.h"
#include "runtime/local/clusters.h"
#include "runtime/local/workspace_retire.h"
#include "unit/ordinary_user.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static char root[64];
static char launcher[FILE_PATH_MAX];

static void path_of(const char *rest, char out[static FILE_PATH_MAX]) {
    cr_assert(file_join(out, FILE_PATH_MAX, &err, root, rest, NULL), "%s", err.message);
}

static bool exists(const char *rest) {
    char path[FILE_PATH_MAX];

    path_of(rest, path);
    return file_exists(path);
}

static void remove_permissions(const char *rest, unsigned mode) {
    char path[FILE_PATH_MAX];

    path_of(rest, path);
    cr_assert(chmod(path, mode) == 0);
}

// The build may lie where others cannot reach it.
static void copy_launcher(void) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT((size_t)64 << 20);

    path_of("kobel-launch", launcher);
    cr_assert(file_read(LAUNCHER, &bytes, &err), "%s", err.message);
    cr_assert(file_write_atomically(launcher, bytes.data, bytes.size_bytes, 0755, &err), "%s",
              err.message);
}

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-rights-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    copy_launcher();
}

static void tear_down(void) {
    become_oneself();
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(rights, .init = set_up, .fini = tear_down);

static bool is_needed(void *userdata, const char *job_id) {
    (void)userdata;
    return text_equal(job_id, "needed");
}

static int count_trash(void) {
    char command[FILE_PATH_MAX];
    struct stat entry;

    path_of("trash", command);
    cr_assert(stat(command, &entry) == 0);
    return (int)entry.st_nlink - 2; // directories in it
}

Test(rights, the_directories_of_an_ended_cluster_go) {
    become_ordinary_user(root);
    touch(root, "apps/a/clusters/a-1/conf/x");
    touch(root, "apps/a/clusters/a-1/work/deep/x");
    touch(root, "apps/a/clusters/a-1/jars/x");
    remove_permissions("apps/a/clusters/a-1/work", 0555);
    remove_permissions("apps/a/clusters/a-1/jars", 0000);
    cr_assert(workspace_clean(root, &err), "%s", err.message);
    cr_assert(not(exists("apps/a/clusters/a-1/work")));
    cr_assert(not(exists("apps/a/clusters/a-1/jars")));
}

Test(rights, what_was_thrown_away_is_removed) {
    AUTO(trash_free) struct trash *trash = NULL;
    struct trash_options options = {.remover = launcher};
    char path[FILE_PATH_MAX];
    char secret[FILE_PATH_MAX];
    struct stat entry;
    sd_event *loop = NULL;

    become_ordinary_user(root);
    touch(root, "secret/x");
    remove_permissions("secret", 0500);
    touch(root, "apps/a/work/module/package/x");
    touch(root, "apps/a/work/closed/x");
    path_of("secret", secret);
    path_of("apps/a/work/link", path);
    cr_assert(symlink(secret, path) == 0);
    remove_permissions("apps/a/work/module/package", 0555);
    remove_permissions("apps/a/work/module", 0555);
    remove_permissions("apps/a/work/closed", 0000);
    remove_permissions("apps/a/work", 0111);
    path_of("apps/a/work", path);
    cr_assert(trash_put(root, path, &err), "%s", err.message);
    cr_assert(not(file_exists(path)));
    cr_assert(ge(int, sd_event_new(&loop), 0));
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    while (count_trash() > 0)
        cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
    (void)sd_event_unref(loop);
    cr_assert(stat(secret, &entry) == 0 && (entry.st_mode & 0777) == 0500, "through a link");
    cr_assert(exists("secret/x"));
}

Test(rights, checkpoints_are_pruned_and_found) {
    char path[FILE_PATH_MAX];
    int removed = 0;

    become_ordinary_user(root);
    touch(root, "apps/a/checkpoints/needed/chk-1/_metadata");
    touch(root, "apps/a/checkpoints/old/chk-1/_metadata");
    touch(root, "apps/a/checkpoints/older/chk-1/_metadata");
    remove_permissions("apps/a/checkpoints/old", 0555);
    remove_permissions("apps/a/checkpoints/needed/chk-1", 0000);
    remove_permissions("apps/a/checkpoints/needed", 0000);
    remove_permissions("apps/a/checkpoints", 0000);
    cr_assert(app_files_prune_checkpoints(root, "a", is_needed, NULL, &removed, &err), "%s",
              err.message);
    cr_assert(eq(int, removed, 2));
    cr_assert(app_files_find_checkpoint(root, "a", "needed", path));
    remove_permissions("apps/a/checkpoints", 0555);
    touch(root, "apps/a/snapshots/x");
    remove_permissions("apps/a/snapshots", 0555);
    cr_assert(app_files_make_snapshot_directory(root, "a", "s", "t", path, &err), "%s",
              err.message);
}

Test(rights, snapshots_are_removed) {
    struct snapshot snapshot = {.name = "s", .trigger_id = "t"};

    become_ordinary_user(root);
    touch(root, "apps/a/snapshots/s/t/savepoint-1/_metadata");
    remove_permissions("apps/a/snapshots/s/t", 0000);
    remove_permissions("apps/a/snapshots/s", 0555);
    remove_permissions("apps/a/snapshots", 0555);
    cr_assert(app_files_remove_snapshot(root, "a", &snapshot, &err), "%s", err.message);
    cr_assert(not(exists("apps/a/snapshots/s")));
}

// Only root may move it.
static void leave(const char *rest) {
    char path[FILE_PATH_MAX];

    touch(root, rest);
    path_of("apps", path);
    cr_assert(chown(path, 65534, 65534) == 0);
    path_of("apps/a", path);
    cr_assert(chown(path, 65534, 65534) == 0);
}

Test(rights, what_cannot_be_removed_keeps_neither_the_rest_nor_the_start) {
    AUTO(local_clusters_free) struct local_clusters *clusters = NULL;
    struct local_options options = {.data_directory = root,
                                    .mark = "",
                                    .runtimes_directory = root,
                                    .sandbox.level = SANDBOX_NONE};
    sd_event *loop = NULL;
    int removed = 0;

    if (geteuid() != 0) cr_skip_test("needs files of another user");
    leave("apps/a/clusters/a-1/work/x");
    leave("apps/a/checkpoints/lasting/x");
    become_ordinary_user(root);
    touch(root, "apps/b/clusters/b-1/work/x");
    touch(root, "spares/s/work/x");
    (void)text_copy(options.sandbox.launcher, sizeof options.sandbox.launcher, launcher);
    cr_assert(ge(int, sd_event_new(&loop), 0));
    cr_assert(local_clusters_new(loop, &options, &clusters, &err), "%s", err.message);
    cr_assert(strstr(local_clusters_left_behind(clusters), "a-1/work") != NULL, "%s",
              local_clusters_left_behind(clusters));
    cr_assert(exists("apps/a/clusters/a-1/work/x"));
    cr_assert(not(exists("apps/b/clusters/b-1/work")));
    cr_assert(not(exists("spares")));
    cr_assert(not(app_files_prune_checkpoints(root, "a", is_needed, NULL, &removed, &err)));
    (void)sd_event_unref(loop);
}

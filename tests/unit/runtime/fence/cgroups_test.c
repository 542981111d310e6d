// Where control groups are, according to /proc, and the incidents in their files.
#include "runtime/fence/cgroups.h"

#include "base/control_group.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char HYBRID[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 /docker/a1 /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
static const char HYBRID_GROUPS[] =
    "9:name=systemd:/\n4:memory:/docker/a1/b\n1:cpu,cpuacct:/\n0::/user\n";
static const char UNIFIED[] =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

Test(cgroups, are_found_below_the_mount_of_their_controller) {
    static const struct {
        const char *mountinfo;
        const char *groups;
        const char *controller;
        const char *directory; // NULL: nowhere
    } cases[] = {
        {HYBRID, HYBRID_GROUPS, "memory", "/sys/fs/cgroup/memory/b"},
        {HYBRID, HYBRID_GROUPS, "cpu", "/sys/fs/cgroup/cpu,cpuacct"},
        {HYBRID, HYBRID_GROUPS, "", "/sys/fs/cgroup/unified/user"},
        {HYBRID, HYBRID_GROUPS, "pids", NULL},
        {HYBRID, HYBRID_GROUPS, "mem", NULL},
        {UNIFIED, "0::/system.slice/kobel.service\n", "",
         "/sys/fs/cgroup/system.slice/kobel.service"},
        {UNIFIED, "0::/\n", "memory", NULL},
        {"", "", "memory", NULL},
        {"no mount\n\n - \n", "4:memory:/\n", "memory", NULL},
    };

    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char directory[FILE_PATH_MAX] = "";
        bool found = control_group_find_directory(cases[index].mountinfo, cases[index].groups,
                                                  cases[index].controller, directory);
        bool is_expected = cases[index].directory != NULL;
        cr_assert(found == is_expected, "%zu", index);
        if (found) cr_assert(eq(str, directory, (char *)cases[index].directory), "%zu", index);
    }
}

static void put(const char *directory, const char *name, const char *text) {
    char path[FILE_PATH_MAX];
    struct error err;

    cr_assert(file_join(path, sizeof path, &err, directory, name, NULL));
    cr_assert(file_write_atomically(path, text, strlen(text), 0600, &err), "%s", err.message);
}

Test(cgroups, incidents_are_read_in_both_versions) {
    char directory[] = "/tmp/kobel-test-XXXXXX";
    struct cgroup group = {0};
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_copy(group.directories[CGROUP_MEMORY], FILE_PATH_MAX, directory);
    (void)text_copy(group.directories[CGROUP_PIDS], FILE_PATH_MAX, directory);
    cr_assert(eq(long, cgroup_incidents_of(&group).memory_kills, 0));
    put(directory, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    put(directory, "pids.events", "max 17\n");
    cr_assert(eq(long, cgroup_incidents_of(&group).memory_kills, 2));
    cr_assert(eq(long, cgroup_incidents_of(&group).refused_pids, 17));
    group.is_v2 = true;
    put(directory, "memory.events", "low 0\nmax 4\noom 1\noom_kill 3\noom_group_kill 0\n");
    cr_assert(eq(long, cgroup_incidents_of(&group).memory_kills, 3));
    cr_assert(file_remove_tree(directory, &err));
}

Test(cgroups, only_existing_directories_are_joined) {
    struct cgroup none = {0};
    struct cgroup two = {.directories = {"/a", "", "/b"}};
    const char *directories[CGROUP_CONTROLLER_COUNT + 1];

    cgroup_directories(&none, directories);
    cr_assert(directories[0] == NULL);
    cgroup_directories(&two, directories);
    cr_assert(eq(str, (char *)directories[0], "/a"));
    cr_assert(eq(str, (char *)directories[1], "/b"));
    cr_assert(directories[2] == NULL);
}

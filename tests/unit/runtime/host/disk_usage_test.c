// Disk usage is counted in slices, beside everything else.
#include "runtime/host/disk_usage.h"

#include "unit/disk_files.h"

TestSuite(disk_usage, .init = set_up, .fini = tear_down);

// A job can make millions of entries, links to anywhere, and directories nested without limit.
Test(disk_usage, counting_a_hostile_tree_takes_no_longer_in_each_turn) {
    AUTO(disk_usage_free) struct disk_usage *usage = NULL;
    int turns = 0;

    fill("apps/a/work", 1000);
    make_link("/", "apps/a/work/root");
    make_link("..", "apps/a/work/again");
    char deep[FILE_PATH_MAX] = "apps/a/work";
    for (int depth = 0; depth < 100; depth++)
        (void)text_format(deep + strlen(deep), sizeof deep - strlen(deep), "/d");
    fill(deep, 1);
    cr_assert(disk_usage_new(loop, root, &usage, &err), "%s", err.message);
    while (disk_usage_bytes(usage, "a") == 0) {
        turn();
        turns++;
    }
    cr_assert(ge(int, turns, 3), "all at once");
    cr_assert(lt(i64, disk_usage_bytes(usage, "a"), (int64_t)1200 * 8192));
}

Test(disk_usage, is_counted_in_slices_and_again_when_asked) {
    AUTO(disk_usage_free) struct disk_usage *usage = NULL;
    int turns = 0;

    fill("apps/a/snapshots", 1000);
    cr_assert(disk_usage_new(loop, root, &usage, &err), "%s", err.message);
    while (disk_usage_bytes(usage, "a") == 0) {
        turn();
        turns++;
    }
    cr_assert(ge(int, turns, 3), "all at once");
    int64_t before = disk_usage_bytes(usage, "a");
    cr_assert(before >= (int64_t)1000 * 4096);
    fill("apps/a/more", 10);
    while (disk_usage_bytes(usage, "a") == before)
        turn();
    cr_assert(disk_usage_bytes(usage, "a") >= before + (int64_t)10 * 4096);
    disk_usage_forget(usage, "a");
    cr_assert(eq(int, (int)disk_usage_bytes(usage, "a"), 0));
}

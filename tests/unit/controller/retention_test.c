// Which snapshots go by a rule.
#include "controller/retention.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const int64_t DAY_MS = 86400000;
static struct error err;

static struct retention_policy parse(const char *text) {
    struct retention_policy policy;

    cr_assert(retention_parse(text, &policy, &err), "%s: %s", text, err.message);
    return policy;
}

Test(retention, reads_rules) {
    struct retention_policy policy = parse("keep=10,max-age=7d");
    struct retention_policy unread;

    cr_assert(eq(int, (int)policy.keep, 10));
    cr_assert(eq(long, (long)policy.max_age_ms, (long)(7 * DAY_MS)));
    policy = parse("none");
    cr_assert(retention_is_none(&policy));
    cr_assert(not(retention_parse("keep=0", &unread, &err)));
    cr_assert(not(retention_parse("keep=ten", &unread, &err)));
    cr_assert(not(retention_parse("max-age=7", &unread, &err)));
    cr_assert(not(retention_parse("", &unread, &err)));
    cr_assert(not(retention_parse("keep=1,", &unread, &err)));
}

// One a day, newest first; the second one failed.
static size_t fill(struct snapshot *snapshots, size_t count, int64_t now_ms) {
    for (size_t index = 0; index < count; index++) {
        snapshots[index] = (struct snapshot){.status = SNAPSHOT_READY};
        snapshots[index].created_at_ms = now_ms - (int64_t)index * DAY_MS;
    }
    snapshots[1].status = SNAPSHOT_FAILED;
    return count;
}

static int count_to_go(const char *rule) {
    struct retention_policy policy = parse(rule);
    struct snapshot snapshots[6];
    int64_t now_ms = 100 * DAY_MS;
    size_t count = fill(snapshots, 6, now_ms);
    int to_go = 0;

    for (size_t index = 0; index < count; index++)
        to_go += retention_reason(&policy, snapshots, count, index, now_ms) != NULL;
    cr_assert(retention_reason(&policy, snapshots, count, 0, now_ms) == NULL);
    cr_assert(retention_reason(&policy, snapshots, count, 1, now_ms) == NULL);
    return to_go;
}

Test(retention, keeps_what_the_rule_keeps_and_always_the_newest) {
    cr_assert(eq(int, count_to_go("none"), 0));
    cr_assert(eq(int, count_to_go("keep=1"), 4));
    cr_assert(eq(int, count_to_go("keep=3"), 2));
    cr_assert(eq(int, count_to_go("keep=99"), 0));
    cr_assert(eq(int, count_to_go("max-age=72h"), 2));
    cr_assert(eq(int, count_to_go("max-age=1ms"), 4));
    cr_assert(eq(int, count_to_go("keep=3,max-age=72h"), 2));
}

Test(retention, knows_when_to_look_again) {
    struct retention_policy policy = parse("max-age=10d");
    struct retention_policy by_count = parse("keep=2");
    struct snapshot snapshots[6];
    int64_t now_ms = 100 * DAY_MS;
    size_t count = fill(snapshots, 6, now_ms);

    cr_assert(eq(long, (long)retention_next_ms(&policy, snapshots, count, now_ms),
                 (long)(105 * DAY_MS + 1)));
    cr_assert(eq(long, (long)retention_next_ms(&by_count, snapshots, count, now_ms), 0));
}

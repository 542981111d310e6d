// Which snapshots go by a rule.
#include "controller/record/retention_policy.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const int64_t DAY_MS = 86400000;
static struct error err;

static struct retention_policy parse(const char *text) {
    struct retention_policy policy;

    cr_assert(retention_policy_parse(text, &policy, &err), "%s: %s", text, err.message);
    return policy;
}

Test(retention_policy, reads_rules) {
    struct retention_policy policy = parse("keep=10,max-age=7d");
    struct retention_policy unread;

    cr_assert(eq(int, (int)policy.keep, 10));
    cr_assert(eq(long, (long)policy.max_age_ms, (long)(7 * DAY_MS)));
    policy = parse("none");
    cr_assert(retention_policy_is_none(&policy));
    cr_assert(not(retention_policy_parse("keep=0", &unread, &err)));
    cr_assert(not(retention_policy_parse("keep=ten", &unread, &err)));
    cr_assert(not(retention_policy_parse("max-age=7", &unread, &err)));
    cr_assert(not(retention_policy_parse("", &unread, &err)));
    cr_assert(not(retention_policy_parse("keep=1,", &unread, &err)));
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

// What of six snapshots goes by the rule; `*out_due_ms`: the first time that one gets too old.
static int look(const char *rule, bool are_automatic, int64_t *out_due_ms) {
    struct retention_policy policy = parse(rule);
    struct snapshot snapshots[6];
    struct retention_rank rank = {0};
    int64_t now_ms = 100 * DAY_MS;
    size_t count = fill(snapshots, 6, now_ms);
    int to_go = 0;

    *out_due_ms = 0;
    for (size_t index = 0; index < count; index++) {
        snapshots[index].is_automatic = are_automatic;
        bool goes = retention_policy_reason(&policy, &snapshots[index], &rank, now_ms) != NULL;
        int64_t due_ms = retention_policy_due_ms(&policy, &snapshots[index], &rank);
        cr_assert(index > 1 || !goes);
        to_go += goes;
        if (due_ms > now_ms && (*out_due_ms == 0 || due_ms < *out_due_ms)) *out_due_ms = due_ms;
        rank.all += snapshots[index].status == SNAPSHOT_READY;
        rank.automatic += snapshots[index].status == SNAPSHOT_READY && are_automatic;
    }
    return to_go;
}

static int count_to_go(const char *rule) {
    int64_t due_ms;

    return look(rule, false, &due_ms);
}

Test(retention_policy, what_is_printed_is_what_is_read) {
    static const char *const rules[] = {"none", "keep=10,automatic=5,max-age=604800000ms",
                                        "automatic=5", "max-age=1ms"};
    char printed[96];

    for (size_t index = 0; index < sizeof rules / sizeof rules[0]; index++) {
        struct retention_policy policy = parse(rules[index]);
        retention_policy_print(&policy, printed, sizeof printed);
        cr_assert(eq(str, printed, (char *)rules[index]));
    }
}

Test(retention_policy, keeps_what_the_rule_keeps_and_always_the_newest) {
    cr_assert(eq(int, count_to_go("none"), 0));
    cr_assert(eq(int, count_to_go("keep=1"), 4));
    cr_assert(eq(int, count_to_go("keep=3"), 2));
    cr_assert(eq(int, count_to_go("keep=99"), 0));
    cr_assert(eq(int, count_to_go("max-age=72h"), 2));
    cr_assert(eq(int, count_to_go("max-age=1ms"), 4));
    cr_assert(eq(int, count_to_go("keep=3,max-age=72h"), 2));
}

Test(retention_policy, by_the_rule_for_automatic_ones_touches_none_by_hand) {
    int64_t due_ms;

    cr_assert(eq(int, look("automatic=2", true, &due_ms), 3));
    cr_assert(eq(int, look("automatic=2", false, &due_ms), 0));
}

Test(retention_policy, knows_when_to_look_again) {
    int64_t due_ms;

    (void)look("max-age=10d", false, &due_ms);
    cr_assert(eq(long, (long)due_ms, (long)(105 * DAY_MS + 1)));
    (void)look("keep=2", false, &due_ms);
    cr_assert(eq(long, (long)due_ms, 0));
}

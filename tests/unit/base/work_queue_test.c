// The order of the names.
#include "base/work_queue.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int changes;

static void on_changed(void *userdata) {
    (void)userdata;
    changes++;
}

static void add(struct work_queue *queue, int number, int64_t due_ms) {
    char name[WORK_NAME_SIZE];

    (void)text_format(name, sizeof name, "app-%04d", number);
    work_queue_add(queue, name, due_ms);
}

static const char *take(struct work_queue *queue, int64_t now_ms) {
    static char name[WORK_NAME_SIZE];

    return work_queue_take(queue, now_ms, name) ? name : "none";
}

Test(work_queue, gives_what_is_due_the_longest_due_first) {
    AUTO(work_queue_free) struct work_queue *queue = work_queue_new(on_changed, NULL);
    int64_t due_ms;

    cr_assert(not(work_queue_next_due_ms(queue, &due_ms)));
    add(queue, 1, 300);
    add(queue, 2, 100);
    add(queue, 3, 200);
    cr_assert(work_queue_next_due_ms(queue, &due_ms));
    cr_assert(eq(long, (long)due_ms, 100));
    cr_assert(eq(str, (char *)take(queue, 99), "none"));
    cr_assert(eq(str, (char *)take(queue, 200), "app-0002"));
    cr_assert(eq(str, (char *)take(queue, 200), "app-0003"));
    cr_assert(eq(str, (char *)take(queue, 200), "none"));
    cr_assert(eq(str, (char *)take(queue, 300), "app-0001"));
}

Test(work_queue, gives_those_of_the_same_time_in_the_order_in_which_they_came) {
    AUTO(work_queue_free) struct work_queue *queue = work_queue_new(NULL, NULL);
    char expected[WORK_NAME_SIZE];

    for (int number = 0; number < 100; number++)
        add(queue, number, 7);
    for (int number = 0; number < 100; number++) {
        (void)text_format(expected, sizeof expected, "app-%04d", number);
        cr_assert(eq(str, (char *)take(queue, 7), expected));
    }
}

Test(work_queue, has_each_once_at_its_earliest_time_and_says_when_that_is_the_first) {
    AUTO(work_queue_free) struct work_queue *queue = work_queue_new(on_changed, NULL);

    changes = 0;
    add(queue, 1, 100);
    add(queue, 2, 200);
    cr_assert(eq(int, changes, 1));
    add(queue, 2, 300);
    add(queue, 2, 50);
    cr_assert(eq(int, changes, 2));
    cr_assert(eq(str, (char *)take(queue, 1000), "app-0002"));
    cr_assert(eq(str, (char *)take(queue, 1000), "app-0001"));
    cr_assert(eq(str, (char *)take(queue, 1000), "none"));
}

Test(work_queue, keeps_the_order_of_very_many_that_come_and_go) {
    AUTO(work_queue_free) struct work_queue *queue = work_queue_new(NULL, NULL);
    int64_t due_ms;
    int64_t last_ms = 0;
    int taken = 0;

    // 7919 is a prime number: each time occurs once.
    for (int number = 0; number < 5000; number++)
        add(queue, number, 1 + (int64_t)number * 7919 % 5003);
    for (int number = 0; number < 5000; number += 3)
        add(queue, number, 1);
    work_queue_shift(queue, 1000);
    while (work_queue_next_due_ms(queue, &due_ms)) {
        cr_assert(due_ms >= last_ms && due_ms > 1000);
        last_ms = due_ms;
        cr_assert(ne(str, (char *)take(queue, due_ms), "none"));
        taken++;
        // One of them is added again, with a later time.
        if (taken == 1000) add(queue, 6000, due_ms + 1);
    }
    cr_assert(eq(int, taken, 5001));
}

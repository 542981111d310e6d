// Lists of the names in a directory: in order, in parts, and in more than one turn of the loop.
#include "runtime/objects/name_list.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 1234 }; // more than two batches

static sd_event *loop;
static char root[] = "/tmp/kobel-test-XXXXXX";

static void set_up(void) {
    cr_assert(mkdtemp(root) != NULL);
    for (int number = 0; number < MANY; number++) {
        AUTO(memory_free) char *path = memory_format("%s/in/%05d", root, number);
        cr_assert(file_make_directories(path, 0700, NULL));
    }
    cr_assert(sd_event_new(&loop) >= 0);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, NULL));
    (void)sd_event_unref(loop);
}

TestSuite(name_list, .init = set_up, .fini = tear_down);

struct result {
    int count;
    char before[16]; // the last one
    char last[16];
    bool is_done;
    int turns;
};

static bool on_name(void *userdata, const char *name) {
    struct result *result = userdata;

    cr_assert(strcmp(name, result->before) > 0, "%s after %s", name, result->before);
    (void)text_copy(result->before, sizeof result->before, name);
    if (text_ends_with(name, "7")) return false; // not in the list
    result->count++;
    return true;
}

static void on_done(void *userdata, const char *last) {
    struct result *result = userdata;

    result->is_done = true;
    (void)text_copy(result->last, sizeof result->last, last == NULL ? "" : last);
}

// In the opposite order, without those that end with 0.
static char *opposite(void *userdata, const char *entry) {
    (void)userdata;
    return text_ends_with(entry, "0") ? NULL : memory_format("%05d", MANY - atoi(entry));
}

static struct result list(struct name_list_call call) {
    struct result result = {.count = 0};

    call.loop = loop;
    call.root = root;
    call.visit = on_name;
    call.done = on_done;
    call.userdata = &result;
    AUTO(name_list_free) struct name_list *names = name_list_begin(&call);
    for (; !result.is_done; result.turns++)
        cr_assert(sd_event_run(loop, 0) >= 0);
    return result;
}

Test(name_list, has_every_name_in_order) {
    struct result all = list((struct name_list_call){.directory = "in", .after = "", .limit = -1});

    cr_assert(eq(int, all.count, MANY - 123));
    cr_assert(eq(str, all.last, ""));
}

Test(name_list, a_turn_does_a_part_of_the_work) {
    struct result all = list((struct name_list_call){.directory = "in", .after = "", .limit = -1});

    cr_assert(gt(int, all.turns, 10));
}

Test(name_list, has_the_name_where_the_next_one_begins) {
    struct result one =
        list((struct name_list_call){.directory = "in", .after = "00005", .limit = 3});

    cr_assert(eq(int, one.count, 3));
    cr_assert(eq(str, one.last, "00009")); // without 00007
    one = list((struct name_list_call){.directory = "in", .after = "01230", .limit = 3});
    cr_assert(eq(int, one.count, 3));
    cr_assert(eq(str, one.last, ""));
    one = list((struct name_list_call){.directory = "in", .after = "", .limit = 0});
    cr_assert(eq(int, one.count, 0));
}

Test(name_list, names_may_be_made_of_entries) {
    struct result all = list(
        (struct name_list_call){.directory = "in", .after = "", .limit = -1, .name_of = opposite});
    int expected = 0;

    for (int number = 0; number < MANY; number++)
        expected += number % 10 != 0 && (MANY - number) % 10 != 7;
    cr_assert(eq(int, all.count, expected));
}

Test(name_list, a_directory_that_is_not_there_is_empty) {
    struct result none = list((struct name_list_call){.directory = "no", .after = "", .limit = -1});

    cr_assert(eq(int, none.count, 0));
}

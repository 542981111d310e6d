#include "base/line_cutter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char seen[400];

static void note(void *userdata, const char *text, size_t length) {
    (void)userdata;
    (void)strncat(seen, text, length);
    (void)strcat(seen, "|");
}

static void take(struct line_cutter *cutter, const char *text) {
    line_cutter_add(cutter, text, strlen(text), note, NULL);
}

Test(line_cutter, puts_lines_together_whatever_pieces_they_come_in) {
    struct line_cutter cutter;

    line_cutter_init(&cutter, 100);
    take(&cutter, "on");
    take(&cutter, "e\n\ntwo\nthr");
    cr_assert(eq(str, seen, "one||two|"));
    take(&cutter, "ee");
    line_cutter_flush(&cutter, note, NULL);
    line_cutter_flush(&cutter, note, NULL);
    cr_assert(eq(str, seen, "one||two|three|"));
    line_cutter_release(&cutter);
}

Test(line_cutter, hands_long_lines_on_in_pieces) {
    struct line_cutter cutter;

    line_cutter_init(&cutter, 4);
    take(&cutter, "abcdefghij\nkl\n");
    cr_assert(eq(str, seen, "abcd|efgh|ij|kl|"));
    line_cutter_release(&cutter);
}

Test(line_cutter, skips_a_line_whose_beginning_is_gone) {
    struct line_cutter cutter;

    line_cutter_init(&cutter, 100);
    take(&cutter, "forgotten");
    line_cutter_restart(&cutter, true);
    take(&cutter, "rest of");
    take(&cutter, " it\nwhole\n");
    cr_assert(eq(str, seen, "whole|"));
    take(&cutter, "of a file that is gone");
    line_cutter_restart(&cutter, false);
    take(&cutter, "new\n");
    cr_assert(eq(str, seen, "whole|new|"));
    line_cutter_release(&cutter);
}

// What a terminal is given of texts and tables.
#include "cli/client/terminal.h"

#include "base/cleanup.h"
#include "cli/client/log_print.h"
#include "cli/client/table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static char *printed;
static size_t printed_bytes;

static struct terminal begin(size_t width) {
    return (struct terminal){.file = open_memstream(&printed, &printed_bytes), .width = width};
}

// Closes the terminal; what it was given is compared and released.
static bool was_given(const struct terminal *terminal, const char *expected) {
    (void)fclose(terminal->file);
    bool is_equal = strcmp(printed, expected) == 0;
    if (!is_equal) (void)fprintf(stderr, "given: %s\n", printed);
    free(printed);
    return is_equal;
}

Test(terminal, what_could_drive_it_or_is_no_text_becomes_a_question_mark) {
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"plain\ttext", "plain\ttext"},
        {"gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x90\xBF",
         "gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x90\xBF"},
        {"\033[1;31mred\033[0m \033[2J", "red ?[2J"},
        {"\033]0;title\a", "?]0;title?"},
        {"a\rb\nc\177", "a?b?c?"},
        {"\xC2\x9B"
         "31m \xFF\xFE",
         "??31m ??"},
        {"cut \xE4\xB8", "cut ??"},
        {"\xC0\xAF \xED\xA0\x80 \xF4\x90\x80\x80", "?? ??? ????"},
        {"end\033[3", "end?[3"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct terminal terminal = begin(0);
        terminal_print_safely(&terminal, rows[index].text, strlen(rows[index].text));
        cr_assert(was_given(&terminal, rows[index].expected), "row %zu", index);
    }
    struct terminal terminal = begin(0);
    terminal_print_safely(&terminal, "nul\0inside", 10);
    cr_assert(was_given(&terminal, "nul?inside"));
}

Test(terminal, what_is_said_has_colours_of_its_own_only) {
    struct terminal terminal = begin(0);

    terminal.has_colours = true;
    terminal_print(&terminal, COLOUR_RED, "%s|%d", "a\033[2J\nb", 5);
    cr_assert(was_given(&terminal, "\033[31ma?[2J?b|5\033[0m"));
}

Test(terminal, json_cannot_drive_it) {
    struct terminal terminal = begin(0);

    terminal_print_json(&terminal, "{\n  \"a\": \"\x7F\xC2\x9B\xC2\xA9 \xE6\x97\xA5\"\n}");
    cr_assert(was_given(&terminal, "{\n  \"a\": \"\\u007F\\u009B\xC2\xA9 \xE6\x97\xA5\"\n}"));
}

Test(terminal, a_text_is_folded_at_spaces_below_its_beginning) {
    static const char TEXT[] = "one two three four five six";
    static const struct {
        size_t width;
        const char *expected;
    } rows[] = {
        {0, "one two three four five six"},         {80, "one two three four five six"},
        {26, "one two three four\n      five six"}, {22, "\n    one two three four\n    five six"},
        {9, "\none two\nthree\nfour five\nsix"},    {2, "\none\ntwo\nthree\nfour\nfive\nsix"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct terminal terminal = begin(rows[index].width);
        terminal_print_folded(&terminal, 6, TEXT);
        cr_assert(was_given(&terminal, rows[index].expected), "row %zu", index);
    }
}

// --- tables ---

static struct terminal print_table(size_t width) {
    AUTO(table_free)
    struct table *table = table_new(3, (const char *[]){"NAME", "STATUS", "CHANGED"});
    struct terminal terminal = begin(width);

    table_add(table, (const char *[]){"an-application-with-a-name", "READY", "2026-11-26"});
    table_add(table, (const char *[]){"other", "", "2026-11-27"});
    table_print(table, &terminal);
    return terminal;
}

static const char WIDE[] = "NAME                        STATUS  CHANGED\n"
                           "an-application-with-a-name  READY   2026-11-26\n"
                           "other                       -       2026-11-27\n";

Test(table, a_pipe_and_a_wide_terminal_get_the_whole_of_it) {
    struct terminal pipe = print_table(0);
    cr_assert(was_given(&pipe, WIDE));
    struct terminal wide = print_table(46);
    cr_assert(was_given(&wide, WIDE));
}

Test(table, the_longest_cells_are_shortened_where_that_makes_it_fit) {
    struct terminal terminal = print_table(40);

    cr_assert(was_given(&terminal, "NAME                  STATUS  CHANGED\n"
                                   "an-application-wit..  READY   2026-11-26\n"
                                   "other                 -       2026-11-27\n"));
}

Test(table, a_narrow_terminal_gets_lists) {
    struct terminal terminal = print_table(30);

    cr_assert(was_given(&terminal, "NAME     an-application-with-a-name\n"
                                   "STATUS   READY\n"
                                   "CHANGED  2026-11-26\n"
                                   "\n"
                                   "NAME     other\n"
                                   "STATUS   -\n"
                                   "CHANGED  2026-11-27\n"));
}

// --- lines of logs ---

static void print_log(struct log_printer *printer, bool is_output, const char *text) {
    struct log_files_line line = {"jobmanager", is_output, text, strlen(text)};

    log_print_line(printer, &line);
}

Test(log_print, where_in_flink_a_warning_came_from_is_left_out) {
    struct log_printer printer = {.out = begin(0), .only_interesting = true};

    print_log(&printer, false, "2026-11-24 01:53:22,740 WARN  org.apache.flink.Thing [] - late");
    print_log(&printer, false, "org.apache.flink.CheckpointException: suspended");
    print_log(&printer, false, "\tat org.apache.flink.Thing.run(Thing.java:1)");
    print_log(&printer, false, "\t... 12 more");
    print_log(&printer, false, "2026-11-24 01:53:22,741 WARN  example.Job [] - mine");
    print_log(&printer, false, "\tat example.Job.main(Job.java:2)");
    print_log(&printer, false, "2026-11-24 01:53:22,742 ERROR org.apache.flink.Thing [] - bad");
    print_log(&printer, false, "\tat org.apache.flink.Thing.run(Thing.java:3)");
    print_log(&printer, true, "\tat the end of its lines\r");
    cr_assert(
        was_given(&printer.out,
                  "jobmanager    | 2026-11-24 01:53:22,740 WARN  org.apache.flink.Thing [] - late\n"
                  "jobmanager    | org.apache.flink.CheckpointException: suspended\n"
                  "jobmanager    | 2026-11-24 01:53:22,741 WARN  example.Job [] - mine\n"
                  "jobmanager    | \tat example.Job.main(Job.java:2)\n"
                  "jobmanager    | 2026-11-24 01:53:22,742 ERROR org.apache.flink.Thing [] - bad\n"
                  "jobmanager    | \tat org.apache.flink.Thing.run(Thing.java:3)\n"
                  "jobmanager    | \tat the end of its lines\n"));
}

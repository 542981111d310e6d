// The help, the manual page and the completions that are made of the tables.
#include "cli/client/manual.h"

#include "base/cleanup.h"
#include "cli/client/client_options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct manual_option options[64];
static char *text;
static size_t text_bytes;

static struct manual all(void) {
    struct manual manual = {.options = options, .version = "1"};

    manual.commands = client_options_commands(&manual.command_count);
    manual.option_count = client_options_rows(options, COUNT_OF(options));
    return manual;
}

static void free_text(void) {
    free(text);
    text = NULL;
}

static bool completes(const char *shell) {
    struct manual manual = all();
    FILE *out = open_memstream(&text, &text_bytes);
    bool is_known = manual_print_completion(&manual, shell, out);

    (void)fclose(out);
    return is_known;
}

Test(manual, a_list_has_whole_words_only) {
    cr_assert(manual_list_has("run status", "run"));
    cr_assert(manual_list_has("run status", "status"));
    cr_assert(not(manual_list_has("run status", "stat")));
    cr_assert(not(manual_list_has(NULL, "run")));
}

Test(manual, every_command_and_option_is_on_the_page) {
    struct manual manual = all();
    FILE *out = open_memstream(&text, &text_bytes);

    manual_print_troff(&manual, out);
    (void)fclose(out);
    for (size_t index = 0; index < manual.command_count; index++)
        cr_assert(ne(ptr, strstr(text, manual.commands[index].name), NULL), "%s",
                  manual.commands[index].name);
    cr_assert(ne(ptr, strstr(text, "\\-\\-force"), NULL));
    free_text();
}

Test(manual, the_help_of_a_command_has_its_options_only) {
    struct manual manual = all();
    FILE *out = open_memstream(&text, &text_bytes);

    cr_assert(manual_print_command(&manual, "stop", out));
    cr_assert(not(manual_print_command(&manual, "nothing", out)));
    (void)fclose(out);
    cr_assert(ne(ptr, strstr(text, "--force"), NULL));
    cr_assert(eq(ptr, strstr(text, "--follow"), NULL));
    free_text();
}

Test(manual, no_line_of_the_help_is_longer_than_a_page_is_wide) {
    struct manual manual = all();
    FILE *out = open_memstream(&text, &text_bytes);

    manual_print_help(&manual, out);
    (void)fclose(out);
    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
        cr_assert(strcspn(at, "\n") <= 100, "%.*s", (int)strcspn(at, "\n"), at);
    free_text();
}

Test(manual, the_names_of_enhanced_snapshots_come_from_the_daemon) {
    static const char *const shells[] = {"bash", "zsh", "fish"};

    for (size_t index = 0; index < COUNT_OF(shells); index++) {
        cr_assert(completes(shells[index]));
        cr_assert(ne(ptr, strstr(text, "kobel snapshots --names"), NULL));
        free_text();
    }
}

Test(manual, three_shells_are_known) {
    static const char *const shells[] = {"bash", "zsh", "fish"};

    for (size_t index = 0; index < COUNT_OF(shells); index++) {
        cr_assert(completes(shells[index]));
        cr_assert(ne(ptr, strstr(text, "snapshot"), NULL));
        free_text();
    }
    cr_assert(not(completes("csh")));
    free_text();
}

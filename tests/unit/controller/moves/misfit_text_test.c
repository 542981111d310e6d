// What kobel adds to Flink's words for a job that could not be restored.
#include "controller/moves/misfit_text.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define MISSING "8eeed16b661251f13cfc6a3c5e75c420" // of the uid "totals"

static const char WORDS[] =
    "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint "
    "file:/data/apps/6cbd0ff0a4000001/snapshots/before-the-release/0123456789abcdef/savepoint-1. "
    "Cannot map checkpoint/savepoint state for operator " MISSING
    " to the new program, because the operator is not available in the new program. If you want to "
    "allow to skip this, you can set the --allowNonRestoredState option on the CLI.";

static struct savepoint_metadata saved;
static struct savepoint_operator operators[2];
static struct misfit_case of;
static char *brief;
static char *full;

static void add(struct savepoint_operator *entry, const char *id, const char *uid) {
    *entry = (struct savepoint_operator){.parallelism = 1,
                                         .max_parallelism = 128,
                                         .subtasks_with_state = 1,
                                         .keyed_state.inlined_bytes = 29};
    (void)text_copy(entry->id, sizeof entry->id, id);
    (void)text_copy(entry->uid, sizeof entry->uid, uid);
}

static void set_up(void) {
    add(&operators[0], "0123456789abcdef0123456789abcdef", "numbers");
    add(&operators[1], MISSING, "totals");
    saved = (struct savepoint_metadata){.version = 6, .operators = operators, .operator_count = 2};
    of = (struct misfit_case){.failure = WORDS,
                              .metadata = &saved,
                              .target = {.runtime = RUNTIME_FLINK_2_2, .parallelism = 1}};
}

static void tear_down(void) {
    memory_free(brief);
    memory_free(full);
    brief = full = NULL;
}

TestSuite(misfit_text, .init = set_up, .fini = tear_down);

static void explain(void) {
    tear_down();
    misfit_text_explain(&of, &brief, &full);
}

Test(misfit_text, recognises_the_words_of_flink) {
    cr_assert(misfit_text_is_of_restore(WORDS));
    cr_assert(misfit_text_is_of_restore("org.apache.flink.util.StateMigrationException: For heap "
                                        "backends, the new state serializer must not be "
                                        "incompatible"));
    // Not of the state: Flink's own words say what to do.
    cr_assert(not(misfit_text_is_of_restore("the job's parallelism (3) is higher than the max "
                                            "parallelism (2)")));
    cr_assert(not(misfit_text_is_of_restore("java.lang.IllegalStateException: no such stream")));
    cr_assert(not(misfit_text_is_of_restore("")));
}

Test(misfit_text, explains_by_the_id_where_the_program_is_not_known) {
    explain();
    cr_assert(strstr(brief, "the program has no operator for the state of an operator (uid "
                            "'totals', id " MISSING "): 29 bytes. Set the uid "
                            "'totals', or set AllowNonRestoredState.") != NULL,
              "%s", brief);
    cr_assert(strstr(full, "set AllowNonRestoredState to true") != NULL, "%s", full);
    cr_assert(strstr(full, "numbers") == NULL, "%s", full);
}

Test(misfit_text, explains_all_of_it_by_the_program) {
    struct job_operator operated = {.max_parallelism = 64};
    struct job_graph graph = {&operated, 1};

    (void)text_copy(operated.id, sizeof operated.id, operators[0].id);
    of.graph = &graph;
    explain();
    cr_assert(strstr(brief, "sets 64") != NULL, "%s", brief);
    cr_assert(strstr(brief, "Other operators that do not fit: 1.") != NULL, "%s", brief);
    cr_assert(strstr(full, "'totals'") != NULL, "%s", full);
    cr_assert(strchr(full, '\n') == NULL, "%s", full);
    of.is_part_allowed = true;
    explain();
    cr_assert(strstr(full, "'totals'") == NULL, "%s", full);
}

Test(misfit_text, explains_types_that_changed) {
    struct job_graph graph = {0};

    saved.operator_count = 0;
    of.graph = &graph;
    of.failure = "StateMigrationException: the new state serializer must not be incompatible";
    explain();
    cr_assert(strstr(brief, "a type in it has changed") != NULL, "%s", brief);
    of.failure = WORDS;
    explain();
    cr_assert(eq(str, brief, ""));
    cr_assert(eq(str, full, ""));
}

Test(misfit_text, fits_into_the_error_of_an_operation) {
    char text[OPERATION_ERROR_SIZE];

    explain();
    misfit_text_join(WORDS, brief, text);
    cr_assert(text_starts_with(text, "java.lang.IllegalStateException: "), "%s", text);
    cr_assert(strstr(text, "the operator is not available in the new program") != NULL, "%s", text);
    cr_assert(strstr(text, "Set the uid 'totals', or set AllowNonRestoredState.") != NULL, "%s",
              text);
    cr_assert(strstr(text, "CLI") == NULL, "%s", text);
    cr_assert(gt(sz, strlen(text), (size_t)400));
    misfit_text_join("short", "why", text);
    cr_assert(eq(str, text, "short kobel: why"));
    misfit_text_join("short (logs: /x)", "why", text);
    cr_assert(eq(str, text, "short (logs: /x) kobel: why"));
    misfit_text_join(WORDS, "", text);
    cr_assert(eq(int, strncmp(text, WORDS, OPERATION_ERROR_SIZE - 1), 0));
}

Test(misfit_text, cuts_between_characters) {
    AUTO(buffer_release) struct buffer words = BUFFER_INIT(3000);
    char text[OPERATION_ERROR_SIZE];

    for (int count = 0; count < 500; count++)
        (void)buffer_append_text(&words, "\u00fc\u20ac");
    misfit_text_join(buffer_text(&words), buffer_text(&words), text);
    cr_assert(utf8_is_valid(text, strlen(text)));
    cr_assert(gt(sz, strlen(text), (size_t)(OPERATION_ERROR_SIZE - 20)));
}

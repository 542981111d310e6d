// Savepoints as JSON.
#include "runtime/savepoint/savepoint_report.h"

#include "unit/runtime/savepoint/fit_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(savepoint_report, .init = set_up, .fini = tear_down);

static const char *text_at(const json_t *array, size_t index, const char *key) {
    return json_text_or(json_array_get(array, index), key, "none");
}

Test(savepoint_report, has_the_operators_states_and_files) {
    struct error err;
    AUTO(savepoint_metadata_free) struct savepoint_metadata real = {0};

    cr_assert(savepoint_metadata_read(TEST_DATA_DIR "/savepoints", "1.20.3/files", &real, &err));
    AUTO(json_decref) json_t *report = savepoint_report_of(&real);
    const json_t *operators = json_member(report, "operators");
    const json_t *first = json_array_get(operators, 0);

    cr_assert(eq(i64, json_int_or(report, "version", 0), 4));
    cr_assert(eq(str, (char *)json_text(report, "kind"), "CANONICAL"));
    cr_assert(gt(i64, json_int_or(report, "metadataBytes", 0), 3000));
    cr_assert(gt(i64, json_int_or(report, "stateBytes", 0), 9000));
    cr_assert(eq(sz, json_array_size(operators), 8));
    cr_assert(eq(sz, json_array_size(json_member(report, "files")), 10));
    cr_assert(eq(str, (char *)json_text(first, "operatorId"), "ca88eee0095684d687a1b6495617f957"));
    cr_assert(json_text(first, "uid") == NULL); // the version has none
    cr_assert(eq(i64, json_int_or(first, "maxParallelism", 0), 128));
    cr_assert(gt(i64, json_int_or(json_member(first, "operatorState"), "fileBytes", 0), 0));
    cr_assert(
        eq(str, (char *)text_at(json_member(first, "states"), 0, "name"), "SourceReaderState"));
    cr_assert(json_bool_or(first, "areStatesComplete", false));
}

Test(savepoint_report, of_a_fit_has_a_row_for_each_operator) {
    (void)save("a", "A");
    (void)save("b", "B");
    (void)operate("b", "B");
    (void)operate("c", "C");
    compare();
    AUTO(json_decref) json_t *report = savepoint_report_of_fit(&fit, &saved, &program);
    const json_t *operators = json_member(report, "operators");

    cr_assert(not(json_bool_or(report, "canRestore", true)));
    cr_assert(json_bool_or(report, "canRestoreWithNonRestoredState", false));
    cr_assert(eq(sz, json_array_size(operators), 3));
    cr_assert(eq(str, (char *)text_at(operators, 0, "match"), "LOST"));
    cr_assert(eq(str, (char *)text_at(operators, 1, "match"), "MATCHED"));
    cr_assert(eq(str, (char *)text_at(operators, 1, "maxParallelismMatch"), "FITS"));
    cr_assert(eq(str, (char *)text_at(operators, 2, "match"), "NEW"));
    cr_assert(eq(str, (char *)text_at(operators, 2, "uid"), "c"));
    cr_assert(eq(sz, json_array_size(json_member(report, "explanations")), 1));
    cr_assert(json_text(json_array_get(operators, 0), "explanation") != NULL);
}

// Below version 5 the program knows the names.
Test(savepoint_report, of_a_fit_takes_names_from_the_program) {
    save("a", "")->uid[0] = '\0';
    (void)operate("a", "A");
    compare();
    AUTO(json_decref) json_t *report = savepoint_report_of_fit(&fit, &saved, &program);
    const json_t *operators = json_member(report, "operators");

    cr_assert(eq(str, (char *)text_at(operators, 0, "uid"), "a"));
    cr_assert(eq(str, (char *)text_at(operators, 0, "name"), "A"));
    cr_assert(json_bool_or(report, "canRestore", false));
}

Test(savepoint_report, is_limited_in_size) {
    const size_t count = SAVEPOINT_REPORT_OPERATORS_MAX + 3;

    saved.operators = memory_resize(saved.operators, count * sizeof *saved.operators);
    for (size_t index = 0; index < count; index++)
        saved.operators[index] = (struct savepoint_operator){.id = "x"};
    saved.operator_count = count;
    compare();
    AUTO(json_decref) json_t *report = savepoint_report_of(&saved);
    AUTO(json_decref) json_t *of_fit = savepoint_report_of_fit(&fit, &saved, &program);
    cr_assert(
        eq(sz, json_array_size(json_member(report, "operators")), SAVEPOINT_REPORT_OPERATORS_MAX));
    cr_assert(eq(i64, json_int_or(report, "operatorsLeftOut", 0), 3));
    cr_assert(
        eq(sz, json_array_size(json_member(of_fit, "operators")), SAVEPOINT_REPORT_OPERATORS_MAX));
    cr_assert(eq(i64, json_int_or(of_fit, "operatorsLeftOut", 0), 3));
}

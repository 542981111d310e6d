// What `kobel rehearse` prints of a snapshot and a program.
#include "cli/rehearse/fit_print.h"

#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static json_t *parse(const char *text) {
    json_t *value = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

// The caller frees it.
static char *print(const char *text) {
    AUTO(json_decref) json_t *content = parse(text);
    char *printed = NULL;
    size_t size_bytes;
    struct terminal out = {.file = open_memstream(&printed, &size_bytes)};

    fit_print(&out, content);
    (void)fclose(out.file);
    return printed;
}

Test(fit_print, shortens_the_class_of_a_serializer) {
    static const struct {
        const char *name;
        const char *expected;
    } rows[] = {
        {"org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot",
         "LongSerializer"},
        {"org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot", "PojoSerializer"},
        {"Own", "Own"},
        {"", ""},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char out[80];
        fit_serializer(rows[index].name, out, sizeof out);
        cr_assert(eq(str, out, (char *)rows[index].expected));
    }
}

Test(fit_print, prints_sizes) {
    static const struct {
        int64_t bytes;
        const char *expected;
    } rows[] = {{0, "0 bytes"},
                {1023, "1023 bytes"},
                {1536, "1.5 KB"},
                {(int64_t)3 << 30, "3.0 GB"},
                {INT64_MAX, "8388608.0 TB"}};

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char out[24];
        fit_size(rows[index].bytes, out);
        cr_assert(eq(str, out, (char *)rows[index].expected));
    }
}

Test(fit_print, prints_operators_states_and_the_way_out) {
    char *out = print(
        "{\"savepoint\":{\"operators\":[{\"operatorId\":\"1\",\"maxParallelism\":128,\"states\":["
        "{\"name\":\"a\",\"serializer\":\"x.LongSerializer$S\"},{\"name\":\"b\"},{\"name\":\"c\"},"
        "{\"name\":\"d\"},{\"name\":\"_timer_state/"
        "x\",\"kind\":\"TIMERS\"}]}]},\"fit\":{\"operators\":[{\"operatorId\":\"1\",\"uid\":"
        "\"totals\","
        "\"match\":\"LOST\",\"stateBytes\":29},{\"operatorId\":\"2\",\"name\":\"Map\",\"match\":"
        "\"NEW\"}],\"explanations\":[\"Give it a uid.\"]}}");

    cr_assert(strstr(out, "totals") != NULL && strstr(out, "NO OPERATOR") != NULL, "%s", out);
    cr_assert(strstr(out, "a: LongSerializer, b, c and 1 others, timers") != NULL, "%s", out);
    cr_assert(strstr(out, "29 bytes") != NULL && strstr(out, "128") != NULL, "%s", out);
    cr_assert(strstr(out, "new") != NULL && strstr(out, "* Give it a uid.") != NULL, "%s", out);
    free(out);
}

Test(fit_print, prints_what_was_not_compared) {
    char *out =
        print("{\"savepoint\":{\"operators\":[{\"operatorId\":\"1\",\"uid\":\"totals\"}]}}");

    cr_assert(strstr(out, "totals") != NULL, "%s", out);
    free(out);
}

Test(fit_print, says_what_is_not_compared_where_all_fits) {
    char *good = print("{\"savepoint\":{},\"fit\":{\"canRestore\":true}}");
    char *bad = print("{\"savepoint\":{},\"fit\":{\"canRestore\":false}}");

    cr_assert(strstr(good, "The types of state are not compared") != NULL, "%s", good);
    cr_assert(strstr(bad, "The types of state") == NULL, "%s", bad);
    free(good);
    free(bad);
}

Test(fit_print, decides_by_what_may_be_left_out) {
    AUTO(json_decref)
    json_t *part = parse("{\"savepoint\":{},\"fit\":{\"canRestore\":false,"
                         "\"canRestoreWithNonRestoredState\":true}}");
    AUTO(json_decref) json_t *failed = parse("{\"savepoint\":{},\"fitFailure\":\"main() failed\"}");
    AUTO(json_decref)
    json_t *several = parse("{\"fit\":{\"canRestore\":true,\"severalJobs\":true}}");
    const char *reason;

    cr_assert(not(fit_is_good(part, false, &reason)));
    cr_assert(reason == NULL);
    cr_assert(fit_is_good(part, true, &reason));
    cr_assert(not(fit_is_good(failed, true, &reason)));
    cr_assert(eq(str, (char *)reason, "main() failed"));
    cr_assert(not(fit_is_good(several, true, &reason)));
    cr_assert(strstr(reason, "several jobs") != NULL);
}

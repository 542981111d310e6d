#include "api/s3/s3_range.h"

#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(s3_range, is_what_http_says) {
    static const struct {
        const char *text;
        int64_t object_bytes;
        int64_t from_bytes; // -1: InvalidRange
        int64_t size_bytes;
        bool is_part;
    } rows[] = {
        {NULL, 10, 0, 10, false},        {"bytes=0-0", 10, 0, 1, true},
        {"bytes=3-", 10, 3, 7, true},    {"bytes=-4", 10, 6, 4, true},
        {"bytes=-40", 10, 0, 10, true},  {"bytes=8-99", 10, 8, 2, true},
        {"bytes=5-2", 10, 0, 10, false}, {"bytes=0-1,3-4", 10, 0, 10, false},
        {"lines=0-1", 10, 0, 10, false}, {"bytes=-", 10, 0, 10, false},
        {"bytes=10-", 10, -1, 0, false}, {"bytes=-0", 10, -1, 0, false},
        {"bytes=0-", 0, -1, 0, false},   {"bytes=-1", 0, -1, 0, false},
        {"bytes=a-b", 10, 0, 10, false}, {"bytes=99999999999999999999-", 10, 0, 10, false},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct s3_fault fault = {0};
        struct s3_range range = {0};
        bool is_right = s3_range_read(rows[index].text, rows[index].object_bytes, &range, &fault);
        cr_expect(eq(int, is_right, rows[index].from_bytes >= 0), "%s", rows[index].text);
        if (!is_right) cr_expect(eq(str, (char *)fault.code, "InvalidRange"));
        if (!is_right) continue;
        cr_expect(eq(i64, range.from_bytes, rows[index].from_bytes), "%s", rows[index].text);
        cr_expect(eq(i64, range.size_bytes, rows[index].size_bytes), "%s", rows[index].text);
        cr_expect(eq(int, range.is_part, rows[index].is_part), "%s", rows[index].text);
    }
}

Test(s3_range, of_a_copy_has_both_ends) {
    struct s3_fault fault = {0};
    struct s3_range range;

    cr_expect(s3_range_read_copy("bytes=2-4", 10, &range, &fault));
    cr_expect(eq(i64, range.size_bytes, 3));
    cr_expect(not(s3_range_read_copy("bytes=2-", 10, &range, &fault)));
    cr_expect(eq(str, (char *)fault.code, "InvalidArgument"));
    cr_expect(not(s3_range_read_copy("bytes=2-10", 10, &range, &fault)));
    cr_expect(eq(str, (char *)fault.code, "InvalidRange"));
}

Test(s3_conditions, decide_as_in_http) {
    static const char before[] = "Fri, 02 Jan 1970 00:00:00 GMT";
    static const char after[] = "Sun, 04 Jan 1970 00:00:00 GMT";
    static const int64_t modified_ms = 2 * 86400000; // 3 January
    static const struct {
        struct s3_conditions conditions;
        const char *code; // NULL = holds
    } rows[] = {
        {{0}, NULL},
        {{.if_match = "\"e\""}, NULL},
        {{.if_match = "\"x\", W/\"e\""}, NULL},
        {{.if_match = "*"}, NULL},
        {{.if_match = "\"x\""}, "PreconditionFailed"},
        {{.if_match = "\"e\"", .if_unmodified_since = before}, NULL},
        {{.if_unmodified_since = before}, "PreconditionFailed"},
        {{.if_unmodified_since = after}, NULL},
        {{.if_none_match = "e"}, "NotModified"},
        {{.if_none_match = "\"x\"", .if_modified_since = after}, NULL},
        {{.if_modified_since = after}, "NotModified"},
        {{.if_modified_since = before}, NULL},
        {{.if_modified_since = "yesterday"}, NULL},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct s3_fault fault = {0};
        bool holds = s3_conditions_check(&rows[index].conditions, "e", modified_ms, false, &fault);
        cr_expect(eq(int, holds, rows[index].code == NULL), "row %zu", index);
        cr_expect(text_equal(fault.code, rows[index].code), "row %zu", index);
    }
}

#include "base/buffer.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <string.h>

Test(buffer, grows_and_ends_with_a_0_byte) {
    AUTO(buffer_release) struct buffer buffer = BUFFER_INIT(100000);
    char block[1000];

    memset(block, 'x', sizeof block);
    for (int count = 0; count < 100; count++)
        cr_assert(buffer_append(&buffer, block, sizeof block, NULL));
    cr_assert_eq(buffer.size_bytes, 100000);
    cr_assert_eq(strlen(buffer_text(&buffer)), 100000);
}

Test(buffer, is_unchanged_where_bytes_do_not_fit) {
    AUTO(buffer_release) struct buffer buffer = BUFFER_INIT(4);
    struct error err;

    cr_assert(buffer_append(&buffer, "abc", 3, &err));
    cr_assert_not(buffer_append(&buffer, "de", 2, &err));
    cr_assert_eq(err.kind, ERROR_LIMIT);
    cr_assert_str_eq(buffer_text(&buffer), "abc");
}

Test(buffer, cuts_text_at_its_limit) {
    AUTO(buffer_release) struct buffer buffer = BUFFER_INIT(6);

    cr_assert(buffer_append_text(&buffer, "abc"));
    cr_assert_not(buffer_append_text(&buffer, "de\xC3\xA4"));
    cr_assert_str_eq(buffer_text(&buffer), "abcde");
    buffer_cut(&buffer, 3);
    cr_assert(buffer_append_format(&buffer, "%d", 42));
    cr_assert_str_eq(buffer_text(&buffer), "abc42");
    cr_assert_not(buffer_append_format(&buffer, "%d", 42));
    cr_assert_str_eq(buffer_text(&buffer), "abc424");
}

Test(buffer, replaces_what_is_not_utf8) {
    AUTO(buffer_release) struct buffer buffer = BUFFER_INIT(100);

    cr_assert(buffer_append_text(&buffer, "a\xFFz"));
    cr_assert_str_eq(buffer_text(&buffer), "a\xEF\xBF\xBDz");
}

Test(buffer, may_be_empty) {
    struct buffer buffer = BUFFER_INIT(10);

    cr_assert_str_eq(buffer_text(&buffer), "");
    buffer_clear(&buffer);
    AUTO(memory_free) char *text = buffer_take_text(&buffer);
    cr_assert_str_eq(text, "");
}

Test(buffer, hands_its_text_over) {
    struct buffer buffer = BUFFER_INIT(10);

    cr_assert(buffer_append_text(&buffer, "abc"));
    AUTO(memory_free) char *text = buffer_take_text(&buffer);
    cr_assert_str_eq(text, "abc");
    cr_assert_eq(buffer.size_bytes, 0);
    cr_assert(buffer_append_text(&buffer, "0123456789"));
    buffer_release(&buffer);
    cr_assert_str_eq(buffer_text(&buffer), "");
    cr_assert_eq(buffer.limit_bytes, 10);
}

// Against the examples of RFC 4648.
#include "base/base64.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *plain;
    const char *encoded;
} examples[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

// In pieces of `step` characters.
static bool decode(const char *text, size_t step, struct buffer *out, size_t *out_size) {
    AUTO(base64_reader_free) struct base64_reader *reader = base64_reader_new();
    size_t length = strlen(text);

    for (size_t done = 0; done < length; done += step) {
        size_t now = length - done < step ? length - done : step;
        if (!base64_reader_add(reader, text + done, now, out)) return false;
    }
    if (!base64_reader_finish(reader, out)) return false;
    *out_size = base64_reader_size(reader);
    return true;
}

Test(base64, is_encoded_and_decoded_as_in_the_examples) {
    for (size_t index = 0; index < COUNT_OF(examples); index++)
        for (size_t step = 1; step < 5; step++) {
            AUTO(buffer_release) struct buffer out = BUFFER_INIT(100);
            AUTO(memory_free)
            char *encoded = base64_encode(examples[index].plain, strlen(examples[index].plain));
            size_t size = 0;
            cr_assert_str_eq(encoded, examples[index].encoded);
            cr_assert(decode(encoded, step, &out, &size));
            cr_assert_str_eq(buffer_text(&out), examples[index].plain);
            cr_assert_eq(size, strlen(examples[index].plain));
        }
}

Test(base64, is_refused_where_it_is_not_strict) {
    static const char *const bad[] = {"Zg",    "Zg=",      "Zg===", "Z",    "Zm9v\n",
                                      "Zm 9v", "Zg==Zg==", "=",     "Zm9-", "Zm9v="};

    for (size_t index = 0; index < COUNT_OF(bad); index++) {
        AUTO(buffer_release) struct buffer out = BUFFER_INIT(100);
        size_t size;
        cr_assert_not(decode(bad[index], 3, &out, &size), "'%s'", bad[index]);
    }
}

Test(base64, is_counted_beyond_the_limit) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(4);
    size_t size = 0;

    cr_assert(decode("Zm9vYmFy", 4, &out, &size));
    cr_assert_eq(size, 6);
    cr_assert_leq(out.size_bytes, 4);
}

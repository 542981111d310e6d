#include "runtime/objects/object_key.h"

#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(object_key, is_the_path_of_a_file) {
    static const char *const right[] = {"a",       "a/b/c", "a b",  "ä",      "...",
                                        ".hidden", "a/",    "a/b/", "kobel-x"};
    static const char *const wrong[] = {"",
                                        "/",
                                        "/a",
                                        "a//b",
                                        "a//",
                                        ".",
                                        "..",
                                        "a/../b",
                                        "./a",
                                        "a/..",
                                        "\xff",
                                        ".kobel-uploads/x",
                                        "a/.kobel-directory"};
    struct error err;

    for (size_t index = 0; index < COUNT_OF(right); index++)
        cr_expect(object_key_check(right[index], &err), "%s", right[index]);
    for (size_t index = 0; index < COUNT_OF(wrong); index++) {
        cr_expect(not(object_key_check(wrong[index], &err)), "%s", wrong[index]);
        cr_expect(eq(int, err.kind, ERROR_INVALID));
    }
}

Test(object_key, has_the_limits_of_s3_and_of_file_systems) {
    char key[OBJECT_KEY_MAX_BYTES + 2] = "";
    struct error err;

    memset(key, 'a', 255);
    cr_expect(object_key_check(key, &err));
    key[255] = 'a';
    cr_expect(not(object_key_check(key, &err)));
    for (size_t at = 0; at < OBJECT_KEY_MAX_BYTES; at++)
        key[at] = at % 16 == 15 ? '/' : 'a';
    cr_expect(object_key_check(key, &err));
    for (size_t at = 0; at < 201; at++)
        key[at] = at % 2 == 0 ? 'a' : '/';
    key[201] = '\0';
    cr_expect(not(object_key_check(key, &err)));
    key[199] = '\0'; // a hundred parts
    cr_expect(object_key_check(key, &err));
    memset(key, 'a', OBJECT_KEY_MAX_BYTES + 1);
    key[OBJECT_KEY_MAX_BYTES] = 'a';
    cr_expect(not(object_key_check(key, &err)));
    cr_expect(eq(int, err.kind, ERROR_LIMIT));
}

Test(object_key, of_a_directory_has_a_marker) {
    AUTO(memory_free) char *file = object_key_path("a/b");
    AUTO(memory_free) char *directory = object_key_path("a/b/");

    cr_expect(eq(str, file, "a/b"));
    cr_expect(eq(str, directory, "a/b/" OBJECT_KEY_MARKER));
}

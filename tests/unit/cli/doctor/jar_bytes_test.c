// Class files, manifests and the ends of archives, byte by byte.
#include "cli/doctor/jar_bytes.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/doctor/class_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

// Java 11; the pool: a long (two places), a class "a/B" and its method "uid".
static const unsigned char CLASS_BYTES[] = {
    0xCA, 0xFE, 0xBA, 0xBE, 0,   0,   0, 55, 0, 9, // the pool has places 1 to 8
    5,    0,    0,    0,    0,   0,   0, 0,  1,    // 1: a long, which takes 2 as well
    1,    0,    3,    'a',  '/', 'B',              // 3
    7,    0,    3,                                 // 4: the class of 3
    1,    0,    3,    'u',  'i', 'd',              // 5
    1,    0,    3,    '(',  ')', 'V',              // 6
    12,   0,    5,    0,    6,                     // 7: name and type
    10,   0,    4,    0,    7,                     // 8: the method
};

static int seen_classes;
static char seen_member[400];

static void see(void *userdata, const struct class_reference *reference) {
    (void)userdata;
    if (reference->kind == CLASS_REFERENCE_CLASS)
        seen_classes++;
    else
        (void)text_format(seen_member, sizeof seen_member, "%s.%s", reference->owner,
                          reference->name);
}

Test(class_file, its_references_are_seen) {
    struct error err;

    cr_assert(eq(int, class_file_major(CLASS_BYTES, sizeof CLASS_BYTES), 55));
    cr_assert(class_file_visit(CLASS_BYTES, sizeof CLASS_BYTES, see, NULL, &err));
    cr_assert(eq(int, seen_classes, 1));
    cr_assert(eq(str, seen_member, "a/B.uid"));
}

Test(class_file, a_cut_one_is_an_error_wherever_it_was_cut) {
    struct error err;

    for (size_t size = 0; size < sizeof CLASS_BYTES; size++)
        cr_assert(not(class_file_visit(CLASS_BYTES, size, see, NULL, &err)), "%zu bytes", size);
}

Test(class_file, references_to_nowhere_are_an_error) {
    unsigned char bytes[sizeof CLASS_BYTES];
    struct error err;

    memcpy(bytes, CLASS_BYTES, sizeof bytes);
    bytes[sizeof bytes - 1] = 99;
    cr_assert(not(class_file_visit(bytes, sizeof bytes, see, NULL, &err)));
    bytes[sizeof bytes - 1] = 2; // the second place of the long
    cr_assert(not(class_file_visit(bytes, sizeof bytes, see, NULL, &err)));
}

// A central directory of one entry, truncated to the part that is read, and the end record.
static const unsigned char ZIP_BYTES[] = {
    'x', 'x', 'P', 'K', 1, 2, 'P', 'K', 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, // entries
    4,   0,   0,   0,                                                 // bytes of the directory
    2,   0,   0,   0,   0, 0,                                         // where it is; no comment
};

Test(jar, it_is_complete_with_its_central_directory) {
    cr_assert(jar_is_complete(ZIP_BYTES, sizeof ZIP_BYTES));
    for (size_t size = 0; size < sizeof ZIP_BYTES; size++)
        cr_assert(not(jar_is_complete(ZIP_BYTES, size)), "%zu bytes", size);
}

Test(jar, bytes_behind_the_end_are_a_comment_or_damage) {
    unsigned char bytes[sizeof ZIP_BYTES + 3] = {0};

    memcpy(bytes, ZIP_BYTES, sizeof ZIP_BYTES);
    cr_assert(not(jar_is_complete(bytes, sizeof bytes)));
    bytes[sizeof ZIP_BYTES - 2] = 3;
    cr_assert(jar_is_complete(bytes, sizeof bytes));
}

Test(jar, attributes_of_a_manifest_may_be_folded) {
    static const char MANIFEST[] = "Manifest-Version: 1.0\r\nmain-class: example.Lo\r\n ng\r\n"
                                   "Other: x\r\n\r\nName: part\r\nLate: y\r\n";
    char value[40];

    cr_assert(jar_manifest_value(MANIFEST, "Main-Class", value, sizeof value));
    cr_assert(eq(str, value, "example.Long"));
    cr_assert(jar_manifest_value(MANIFEST, "Other", value, sizeof value));
    cr_assert(eq(str, value, "x"));
    cr_assert(not(jar_manifest_value(MANIFEST, "Late", value, sizeof value)), "of a part only");
    cr_assert(not(jar_manifest_value(MANIFEST, "Main-Class", value, 5)), "does not fit");
    cr_assert(not(jar_manifest_value("", "Main-Class", value, sizeof value)));
}

Test(jar, an_application_is_named_after_its_file) {
    static const struct {
        const char *path;
        const char *name;
    } rows[] = {
        {"counter.jar", "counter"},
        {"target/my-job-1.2-SNAPSHOT.jar", "my-job"},
        {"./a.b.jar", "a.b"},
        {"/x/job with space.jar", "job-with-space"},
        {"build/libs/job2-all.jar", "job2-all"},
        {"plain", "plain"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char name[64];
        jar_application_name(rows[index].path, name, sizeof name);
        cr_assert(eq(str, name, (char *)rows[index].name));
    }
}

#include "base/jar_within.h"

#include "base/file.h"
#include "unit/base/zip_file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/kobel-jar-XXXXXX";
static char path[64];
static char copy_path[64];
static struct error err;

static void set_up(void) {
    cr_assert_not_null(mkdtemp(directory));
    cr_assert(file_join(path, sizeof path, &err, directory, "f.zip", NULL));
    cr_assert(file_join(copy_path, sizeof copy_path, &err, directory, "copy", NULL));
}

static void tear_down(void) {
    cr_assert(file_remove_tree(directory, &err));
}

TestSuite(jar_within, .init = set_up, .fini = tear_down);

struct content {
    struct zip_entry entries[3];
    const char *jar; // NULL: the file is used as it is
};

static const struct content contents[] = {
    {{{"job.jar", "x"}, {"readme", ""}}, "job.jar"},
    {{{"lib/", ""}, {"lib/job.jar", "x"}}, "lib/job.jar"},
    {{{"job.jar", "x"}, {"__MACOSX/._job.jar", ""}}, "job.jar"},
    {{{"a.jar", "x"}, {"b.jar", "x"}}, NULL},
    {{{"readme", ""}}, NULL},
    {{{"META-INF/MANIFEST.MF", ""}, {"lib/job.jar", "x"}}, NULL},
    {{{"readme", ""}, {"a/Job.class", ""}, {"job.jar", "x"}}, NULL},
    {{{"main.py", ""}, {"job.jar", "x"}}, NULL},
};

Test(jar_within, is_the_only_jar_of_a_zip_that_is_not_a_program) {
    for (size_t index = 0; index < sizeof contents / sizeof contents[0]; index++) {
        const struct content *content = &contents[index];
        AUTO(jar_within_free) struct jar_within *jar = NULL;
        size_t count = 0;
        while (count < 3 && content->entries[count].name != NULL)
            count++;
        zip_file_write(path, content->entries, count);
        cr_assert(jar_within_open(path, &jar, &err), "row %zu: %s", index, err.message);
        cr_assert_eq(jar == NULL, content->jar == NULL, "row %zu", index);
        if (jar != NULL) cr_assert_str_eq(jar_within_name(jar), content->jar);
    }
}

Test(jar_within, is_not_looked_for_in_another_file) {
    struct jar_within *jar = NULL;

    cr_assert(file_write_atomically(path, "not a zip", 9, 0600, &err));
    cr_assert(jar_within_open(path, &jar, &err), "%s", err.message);
    cr_assert_null(jar);
    cr_assert_not(jar_within_open("/nowhere/f.zip", &jar, &err));
    cr_assert_eq(err.kind, ERROR_SYSTEM);
}

Test(jar_within, is_copied_up_to_a_limit) {
    static const struct zip_entry entries[] = {{"job.jar", "0123456789"}};
    AUTO(buffer_release) struct buffer copied = BUFFER_INIT(100);
    AUTO(file_close) int to = open(copy_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool is_last = false;

    zip_file_write(path, entries, 1);
    AUTO(jar_within_free) struct jar_within *jar = NULL;
    cr_assert(jar_within_open(path, &jar, &err), "%s", err.message);
    while (!is_last)
        cr_assert(jar_within_copy(jar, to, 1, 10, &is_last, &err), "%s", err.message);
    cr_assert(file_read(copy_path, &copied, &err));
    cr_assert_str_eq(buffer_text(&copied), "0123456789");

    AUTO(jar_within_free) struct jar_within *again = NULL;
    cr_assert(jar_within_open(path, &again, &err), "%s", err.message);
    cr_assert_not(jar_within_copy(again, to, INT64_MAX, 9, &is_last, &err));
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

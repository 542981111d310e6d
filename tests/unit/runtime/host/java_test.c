// Which Java is chosen.
#include "runtime/host/java.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char home[] = "/tmp/kobel-test-XXXXXX";
static struct error err;

static void put(const char *name, const char *text) {
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, home, name, NULL));
    cr_assert(file_write_atomically(path, text, strlen(text), 0700, &err), "%s", err.message);
}

static void set_up(void) {
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(home) != NULL);
    cr_assert(file_join(path, sizeof path, &err, home, "bin", NULL));
    cr_assert(eq(int, mkdir(path, 0700), 0));
    (void)setenv("JAVA_HOME", home, 1);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(home, &err), "%s", err.message);
}

TestSuite(java, .init = set_up, .fini = tear_down);

// Is JAVA_HOME chosen?
static bool takes_it(struct buffer *others) {
    struct java java;

    return java_search(&java, others) && text_equal(java.home, home);
}

Test(java, needs_its_program) {
    AUTO(buffer_release) struct buffer others = BUFFER_INIT(600);

    put("release", "JAVA_VERSION=\"17.0.15\"\n");
    cr_assert(not(takes_it(&others)));
    put("bin/java", "");
    cr_assert(takes_it(&others));
}

Test(java, of_another_version_is_listed_once) {
    AUTO(buffer_release) struct buffer others = BUFFER_INIT(600);

    put("bin/java", "");
    put("release", "JAVA_VERSION=\"1.8.0_402\"\n");
    cr_assert(not(takes_it(&others)));
    cr_assert(strstr(buffer_text(&others), home) != NULL);
    cr_assert(strstr(buffer_text(&others), "(Java 8)") != NULL);
    put("release", "");
    cr_assert(not(takes_it(&others)));
    cr_assert(strstr(buffer_text(&others), "unknown version") != NULL);
}

// Lists of a directory: order, groups, and where the next list begins.
#include "runtime/objects/object_list.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static sd_event *loop;
static char root[] = "/tmp/kobel-test-XXXXXX";

static void add(const char *path) {
    AUTO(memory_free) char *directory = memory_format("%s/%s", root, path);
    char *slash = strrchr(directory, '/');

    *slash = '\0';
    cr_assert(file_make_directories(directory, 0700, NULL));
    *slash = '/';
    AUTO(file_close) int fd = open(directory, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    cr_assert(fd >= 0);
}

static void set_up(void) {
    static const char *const paths[] = {"a",   "a-b",
                                        "b/c", "b/d/e",
                                        "b!x", "b0",
                                        "f/g", ".kobel-uploads/new-1",
                                        "z",   "h/.kobel-directory"};

    cr_assert(mkdtemp(root) != NULL);
    for (size_t index = 0; index < COUNT_OF(paths); index++)
        add(paths[index]);
    AUTO(memory_free) char *empty = memory_format("%s/empty/empty", root);
    cr_assert(file_make_directories(empty, 0700, NULL));
    cr_assert(sd_event_new(&loop) >= 0);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, NULL));
    (void)sd_event_unref(loop);
}

TestSuite(object_list, .init = set_up, .fini = tear_down);

struct result {
    struct buffer keys; // each with a space behind it
    char *last;
    bool is_done;
};

static void on_entry(void *userdata, const struct object_list_entry *entry) {
    struct result *result = userdata;

    cr_assert(eq(int, entry->is_prefix, entry->etag == NULL));
    (void)buffer_append_format(&result->keys, "%s ", entry->key);
}

static void on_done(void *userdata, const char *last) {
    struct result *result = userdata;

    result->is_done = true;
    result->last = last == NULL ? NULL : memory_copy_text(last);
}

// The pages of a list, with '|' between them.
static char *list(const char *prefix, const char *delimiter, int limit) {
    AUTO(memory_free) char *after = memory_copy_text("");
    struct result result = {.keys = BUFFER_INIT(1000)};
    bool continues = false;

    do {
        struct object_list_call call = {.loop = loop,
                                        .root = root,
                                        .prefix = prefix,
                                        .delimiter = delimiter,
                                        .after = after,
                                        .continues = continues,
                                        .limit = limit,
                                        .visit = on_entry,
                                        .done = on_done,
                                        .userdata = &result};
        result.is_done = false;
        AUTO(object_list_free) struct object_list *pages = object_list_begin(&call);
        while (!result.is_done)
            cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
        memory_free(after);
        after = TAKE(result.last);
        continues = true;
        if (after != NULL) (void)buffer_append_text(&result.keys, "| ");
    } while (after != NULL);
    return buffer_take_text(&result.keys);
}

static const struct {
    const char *prefix;
    const char *delimiter;
    int limit;
    const char *pages;
} rows[] = {
    {"", "", 100, "a a-b b!x b/c b/d/e b0 f/g h/ z "},
    {"", "", 4, "a a-b b!x b/c | b/d/e b0 f/g h/ | z "},
    {"", "/", 100, "a a-b b!x b/ b0 f/ h/ z "},
    {"", "/", 1, "a | a-b | b!x | b/ | b0 | f/ | h/ | z "},
    {"b", "", 100, "b!x b/c b/d/e b0 "},
    {"b/", "/", 1, "b/c | b/d/ "},
    {"b/d/", "/", 9, "b/d/e "},
    {"", "-", 100, "a a- b!x b/c b/d/e b0 f/g h/ z "},
    {"empty", "", 100, ""},
    {"none/", "/", 100, ""},
    {"../", "", 100, ""},
    {"", "", 0, ""},
};

Test(object_list, is_in_the_order_of_bytes_however_it_is_cut) {
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(memory_free)
        char *pages = list(rows[index].prefix, rows[index].delimiter, rows[index].limit);
        cr_expect(eq(str, pages, (char *)rows[index].pages), "row %zu", index);
    }
}

// The central directory of a zip, entry by entry.
#include "base/zip_directory.h"

#include "base/file.h"
#include "base/text.h"
#include "unit/base/zip_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static char folder[] = "/tmp/kobel-zip-XXXXXX";
static char path[64];
static struct error err;

static void set_up(void) {
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(file_join(path, sizeof path, &err, folder, "f.zip", NULL));
}

static void tear_down(void) {
    cr_assert(file_remove_tree(folder, &err));
}

TestSuite(zip_directory, .init = set_up, .fini = tear_down);

static size_t count_entries(void) {
    AUTO(zip_directory_close) struct zip_directory *directory = NULL;
    struct zip_directory_entry entry;
    bool is_found = true;
    size_t count = 0;

    cr_assert(zip_directory_open(path, &directory, &err), "%s", err.message);
    if (directory == NULL) return 0;
    while (is_found) {
        cr_assert(zip_directory_next(directory, &entry, &is_found, &err), "%s", err.message);
        count += is_found;
    }
    return count;
}

static void expect_content(struct zip_directory *directory, const char *name, const char *text) {
    AUTO(buffer_release) struct buffer content = BUFFER_INIT(100);
    struct zip_directory_entry entry;
    bool is_found = false;

    cr_assert(zip_directory_next(directory, &entry, &is_found, &err), "%s", err.message);
    cr_assert(is_found);
    cr_assert(eq(str, entry.name, (char *)name));
    cr_assert(zip_directory_read(directory, &entry, &content));
    cr_assert(eq(str, (char *)buffer_text(&content), (char *)text));
}

static const struct zip_entry entries[] = {{"one", "first"}, {"a/two", "second"}};

Test(zip_directory, has_names_and_contents_in_order) {
    AUTO(zip_directory_close) struct zip_directory *directory = NULL;
    struct zip_directory_entry entry;
    bool is_found = true;

    zip_file_write(path, entries, COUNT_OF(entries));
    cr_assert(zip_directory_open(path, &directory, &err), "%s", err.message);
    expect_content(directory, "one", "first");
    expect_content(directory, "a/two", "second");
    cr_assert(zip_directory_next(directory, &entry, &is_found, &err));
    cr_assert(not(is_found));
}

// A jar may begin with a script that starts it.
Test(zip_directory, is_found_behind_other_bytes) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(4096);
    AUTO(zip_directory_close) struct zip_directory *directory = NULL;

    zip_file_write(path, entries, COUNT_OF(entries));
    cr_assert(buffer_append_text(&bytes, "#!/bin/sh\nexec java -jar $0\n"));
    cr_assert(file_read(path, &bytes, &err), "%s", err.message);
    cr_assert(file_write_atomically(path, buffer_text(&bytes), bytes.size_bytes, 0600, &err));
    cr_assert(zip_directory_open(path, &directory, &err), "%s", err.message);
    cr_assert(directory != NULL);
    expect_content(directory, "one", "first");
}

Test(zip_directory, is_absent_in_other_files) {
    static const char *const contents[] = {"", "PK", "PK\3\4 and no end of an archive",
                                           "#!/bin/sh"};

    for (size_t index = 0; index < COUNT_OF(contents); index++) {
        cr_assert(
            file_write_atomically(path, contents[index], strlen(contents[index]), 0600, &err));
        cr_assert(eq(sz, count_entries(), 0));
    }
}

Test(zip_directory, ends_where_it_is_damaged_and_reads_no_content_beyond_the_limit) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(4096);
    AUTO(buffer_release) struct buffer content = BUFFER_INIT(3);
    AUTO(zip_directory_close) struct zip_directory *directory = NULL;
    struct zip_directory_entry entry;
    bool is_found = false;

    zip_file_write(path, entries, COUNT_OF(entries));
    cr_assert(zip_directory_open(path, &directory, &err));
    cr_assert(zip_directory_next(directory, &entry, &is_found, &err));
    cr_assert(not(zip_directory_read(directory, &entry, &content)));

    // Each byte of the file, changed: nothing but fewer entries or other names.
    cr_assert(file_read(path, &bytes, &err));
    for (size_t at = 0; at < bytes.size_bytes; at++) {
        bytes.data[at] = (char)(bytes.data[at] ^ 0xFF);
        cr_assert(file_write_atomically(path, bytes.data, bytes.size_bytes, 0600, &err));
        cr_assert(le(sz, count_entries(), 2));
        bytes.data[at] = (char)(bytes.data[at] ^ 0xFF);
    }
}

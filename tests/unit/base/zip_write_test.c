// Archives that are written, read again.
#include "base/zip_write.h"

#include "base/archive_file.h"
#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct error err;

static int write_archive(void) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;
    int fd = memfd_create("zip", MFD_CLOEXEC);

    cr_assert(zip_write_open(fd, &zip, &err), "%s", err.message);
    cr_assert(zip_write_bytes(zip, "lib/a.txt", "one", 3, &err), "%s", err.message);
    cr_assert(zip_write_bytes(zip, "empty", "", 0, &err), "%s", err.message);
    cr_assert(zip_write_file(zip, "zip_write_test.c",
                             SOURCE_DIR "/tests/unit/base/zip_write_test.c", &err),
              "%s", err.message);
    cr_assert(zip_write_end(zip, &err), "%s", err.message);
    return fd;
}

static void expect_entry(struct archive_file *archive, const char *name, const char *content) {
    const char *found = NULL;
    char block[16] = "";
    size_t got = 0;

    cr_assert(archive_file_next(archive, &found, &err), "%s", err.message);
    cr_assert(eq(str, (char *)found, (char *)name));
    cr_assert(archive_file_read(archive, block, strlen(content), &got, &err));
    cr_assert(eq(str, block, (char *)content));
}

Test(zip_write, has_what_was_added_in_that_order) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    AUTO(file_close) int fd = write_archive();
    char path[40];

    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    cr_assert(archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, &err));
    expect_entry(archive, "lib/a.txt", "one");
    expect_entry(archive, "empty", "");
    expect_entry(archive, "zip_write_test.c", "// Archives");
}

Test(zip_write, gives_the_same_bytes_for_the_same_content) {
    AUTO(file_close) int one = write_archive();
    AUTO(file_close) int other = write_archive();
    char left[16384];
    char right[16384];

    ssize_t size = pread(one, left, sizeof left, 0);
    cr_assert(gt(int, (int)size, 100));
    cr_assert(eq(int, (int)pread(other, right, sizeof right, 0), (int)size));
    cr_assert(eq(int, memcmp(left, right, (size_t)size), 0));
}

Test(zip_write, names_a_file_that_cannot_be_read) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;
    AUTO(file_close) int fd = memfd_create("zip", MFD_CLOEXEC);

    cr_assert(zip_write_open(fd, &zip, &err), "%s", err.message);
    cr_assert(not(zip_write_file(zip, "a", "/missing", &err)));
    cr_assert(strstr(err.message, "/missing") != NULL);
    cr_assert(not(zip_write_file(zip, "a", "/tmp", &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
}

Test(zip_write, marks_names_as_utf_8) {
    static const unsigned char FLAGS[] = {0x08, 0x08}; // UTF-8, and sizes that follow the content
    AUTO(zip_write_free) struct zip_write *zip = NULL;
    AUTO(file_close) int fd = memfd_create("zip", MFD_CLOEXEC);
    char bytes[64];

    cr_assert(zip_write_open(fd, &zip, &err), "%s", err.message);
    cr_assert(zip_write_bytes(zip, "\xC3\xA4", "", 0, &err), "%s", err.message);
    cr_assert(zip_write_end(zip, &err), "%s", err.message);
    ssize_t size = pread(fd, bytes, sizeof bytes, 0);
    cr_assert(ge(int, (int)size, 32));
    cr_assert(eq(int, memcmp(bytes + 6, FLAGS, sizeof FLAGS), 0));
    cr_assert(eq(int, memcmp(bytes + 30, "\xC3\xA4", 2), 0));
}

// The door to what a job can write: whatever lies there, it is opened without harm or not at all.
#include "base/file_inside.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static char root[] = "/tmp/kobel-inside-XXXXXX";
static char outside[FILE_PATH_MAX];

static const char *at(const char *name) {
    static char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put(const char *path, const char *text) {
    struct error err;

    cr_assert(file_write_atomically(path, text, strlen(text), 0600, &err), "%s", err.message);
}

static void make_root(void) {
    cr_assert(mkdtemp(root) != NULL);
    (void)text_format(outside, sizeof outside, "%s-secret", root);
    put(outside, "password=hunter2\n");
    cr_assert(mkdir(at("log"), 0700) == 0);
}

static void remove_root(void) {
    struct error err;

    (void)!file_remove_tree(root, &err);
    (void)!file_remove_tree(outside, &err);
}

static bool is_readable(const char *relative) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    return file_read_tail_inside(root, relative, 64, &text, &err);
}

TestSuite(file_inside, .init = make_root, .fini = remove_root, .timeout = 30);

Test(file_inside, reads_the_end_of_a_regular_file) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    put(at("log/a.log"), "first line\nlast line\n");
    cr_assert(file_read_tail_inside(root, "log/a.log", 10, &text, &err), "%s", err.message);
    cr_assert(eq(str, (char *)buffer_text(&text), "last line\n"));
}

// The first review: a FIFO in the place of a log held the daemon's only thread for ever.
Test(file_inside, a_fifo_is_no_file_and_blocks_nobody) {
    cr_assert(mkfifo(at("log/fifo"), 0600) == 0);
    cr_assert(not(is_readable("log/fifo")));
}

// The first review: a link in the place of a log made kobel tell a job what it may not read.
Test(file_inside, links_are_not_followed_at_the_end_or_on_the_way) {
    cr_assert(symlink(outside, at("log/link")) == 0);
    cr_assert(symlink("/tmp", at("way")) == 0);
    cr_assert(not(is_readable("log/link")));
    char relative[FILE_PATH_MAX];
    (void)text_format(relative, sizeof relative, "way/%s", strrchr(outside, '/') + 1);
    cr_assert(not(is_readable(relative)));
    cr_assert(not(is_readable("../etc/passwd")));
}

Test(file_inside, sockets_directories_and_devices_are_no_files) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    AUTO(file_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)text_copy(address.sun_path, sizeof address.sun_path, at("log/socket"));
    cr_assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    cr_assert(not(is_readable("log/socket")));
    cr_assert(not(is_readable("log")));
    if (mknod(at("log/zero"), S_IFCHR | 0600, makedev(1, 5)) == 0)
        cr_assert(not(is_readable("log/zero")));
}

Test(file_inside, a_sparse_terabyte_is_read_at_its_end_only) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    put(at("log/large"), "");
    // Where the file system takes no terabyte, it takes four gigabytes.
    if (truncate(at("log/large"), (off_t)1 << 40) != 0)
        cr_assert(truncate(at("log/large"), (off_t)1 << 32) == 0);
    cr_assert(file_read_tail_inside(root, "log/large", 32, &text, &err), "%s", err.message);
    cr_assert(eq(sz, text.size_bytes, 32));
}

struct listing {
    int regular;
    int directories;
    int others;
};

static bool note(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    struct listing *listing = userdata;

    (void)name;
    (void)err;
    listing->regular += kind == FILE_REGULAR;
    listing->directories += kind == FILE_DIRECTORY;
    listing->others += kind == FILE_OTHER;
    return true;
}

Test(file_inside, a_listing_tells_links_from_what_they_lead_to) {
    struct listing listing = {0};
    struct error err;

    put(at("log/a"), "");
    cr_assert(mkdir(at("log/b"), 0700) == 0);
    cr_assert(symlink(outside, at("log/c")) == 0);
    cr_assert(symlink("/tmp", at("log/d")) == 0);
    cr_assert(file_list_inside(root, "log", note, &listing, &err), "%s", err.message);
    cr_assert(eq(int, listing.regular, 1));
    cr_assert(eq(int, listing.directories, 1));
    cr_assert(eq(int, listing.others, 2));
    cr_assert(symlink("log", at("linked")) == 0);
    cr_assert(not(file_list_inside(root, "linked", note, &listing, &err)));
}

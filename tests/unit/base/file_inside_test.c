// Access to files that a job can write: it is safe, or refused.
#include "base/file_inside.h"

#include "base/file.h"
#include "base/file_walk.h"
#include "base/memory.h"
#include "base/text.h"
#include "unit/ordinary_user.h"
#include "unit/refused_calls.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
    become_oneself();
    error_ignore(file_remove_tree(root, NULL));
    error_ignore(file_remove_tree(outside, NULL));
}

static bool is_readable(const char *relative) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    return file_read_tail_inside(root, relative, 64, &text, &err);
}

TestSuite(file_inside, .init = make_root, .fini = remove_root);

Test(file_inside, reads_the_end_of_a_regular_file) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    put(at("log/a.log"), "first line\nlast line\n");
    cr_assert(file_read_tail_inside(root, "log/a.log", 10, &text, &err), "%s", err.message);
    cr_assert(eq(str, (char *)buffer_text(&text), "last line\n"));
}

// A FIFO in the place of a log once blocked the daemon's only thread for ever.
Test(file_inside, a_fifo_is_no_file_and_blocks_nobody) {
    cr_assert(mkfifo(at("log/fifo"), 0600) == 0);
    cr_assert(not(is_readable("log/fifo")));
}

// A link in the place of a log once showed a job files that it must not read.
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
    // Some file systems refuse a terabyte, but accept four gigabytes.
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

// --- files that a user provides ---

static bool is_readable_by_links(const char *relative) {
    AUTO(file_close) int fd = -1;
    struct error err;

    return file_open_linked_inside(root, relative, &fd, &err);
}

Test(file_inside, links_of_a_user_may_lead_anywhere_but_out) {
    put(at("log/a"), "text\n");
    cr_assert(symlink("log/a", at("link")) == 0);
    cr_assert(symlink(outside, at("absolute")) == 0);
    cr_assert(mkfifo(at("log/fifo"), 0600) == 0);
    cr_assert(is_readable_by_links("log/a") && is_readable_by_links("link"));
    cr_assert(not(is_readable_by_links("absolute")));
    cr_assert(not(is_readable_by_links("log/fifo")));
    cr_assert(not(is_readable_by_links("log")));
    refuse_call(SYS_openat2, SECCOMP_RET_ERRNO | ENOSYS);
    cr_assert(is_readable_by_links("log/a"));
    cr_assert(not(is_readable_by_links("link")));
    cr_assert(not(is_readable_by_links("log/fifo")));
}

Test(file_inside, only_who_says_so_reads_what_may_have_to_be_waited_for) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    char path[32];
    int ends[2];
    struct error err;

    cr_assert(mkfifo(at("fifo"), 0600) == 0);
    cr_assert(not(file_read(at("fifo"), &text, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(pipe(ends) == 0 && write(ends[1], "text", 4) == 4 && close(ends[1]) == 0);
    (void)text_format(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_assert(not(file_read(path, &text, &err)));
    cr_assert(file_read_or_wait(path, &text, &err), "%s", err.message);
    cr_assert(eq(str, (char *)buffer_text(&text), "text"));
    (void)close(ends[0]);
}

// --- without openat2(), as in old containers ---

static void refuse_openat2(void) {
    refuse_call(SYS_openat2, SECCOMP_RET_ERRNO | EPERM);
}

Test(file_inside, holds_without_openat2_as_well) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct listing listing = {0};
    char relative[FILE_PATH_MAX];
    struct error err;

    refuse_openat2();
    put(at("log/a.log"), "last line\n");
    cr_assert(mkfifo(at("log/fifo"), 0600) == 0);
    cr_assert(symlink(outside, at("log/link")) == 0);
    cr_assert(symlink("/tmp", at("way")) == 0);
    cr_assert(file_read_tail_inside(root, "log/a.log", 10, &text, &err), "%s", err.message);
    cr_assert(not(is_readable("log/fifo")));
    cr_assert(not(is_readable("log/link")));
    (void)text_format(relative, sizeof relative, "way/%s", strrchr(outside, '/') + 1);
    cr_assert(not(is_readable(relative)));
    cr_assert(not(is_readable("log/../../etc/passwd")));
    cr_assert(file_list_inside(root, "log", note, &listing, &err), "%s", err.message);
    cr_assert(eq(int, listing.regular, 1));
}

// --- writing ---

Test(file_inside, whatever_lies_in_the_place_of_an_output_gives_way) {
    struct stat entry;
    struct error err;

    put(at("log/kept.out"), "kept");
    cr_assert(mkfifo(at("log/fifo.out"), 0600) == 0);
    cr_assert(symlink(outside, at("log/link.out")) == 0);
    cr_assert(symlink(at("nowhere"), at("log/dangling.out")) == 0);
    static const char *const names[] = {"kept.out", "fifo.out", "link.out", "dangling.out",
                                        "new.out"};
    for (size_t index = 0; index < COUNT_OF(names); index++) {
        AUTO(file_close) int fd = -1;
        char relative[40];
        (void)text_format(relative, sizeof relative, "log/%s", names[index]);
        cr_assert(file_open_append_inside(root, relative, &fd, &err), "%s", err.message);
        cr_assert(eq(int, fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND), O_APPEND));
        cr_assert(write(fd, "more", 4) == 4);
        cr_assert(fstat(fd, &entry) == 0 && S_ISREG(entry.st_mode));
        cr_assert(eq(i64, (int64_t)entry.st_size, index == 0 ? 8 : 4));
    }
    cr_assert(stat(outside, &entry) == 0);
    cr_assert(eq(i64, (int64_t)entry.st_size, 17));
    cr_assert(not(file_exists(at("nowhere"))));
}

Test(file_inside, a_file_is_written_in_the_place_of_whatever_lies_there) {
    static const char *const names[] = {"log/kept", "log/fifo", "log/link", "log/new", "top"};
    struct stat entry;
    struct error err;

    put(at("log/kept"), "kept");
    cr_assert(mkfifo(at("log/fifo"), 0600) == 0);
    cr_assert(symlink(outside, at("log/link")) == 0);
    for (size_t index = 0; index < COUNT_OF(names); index++) {
        cr_assert(file_write_inside(root, names[index], "more!", 5, 0600, &err), "%s", err.message);
        cr_assert(lstat(at(names[index]), &entry) == 0 && S_ISREG(entry.st_mode));
        cr_assert(eq(i64, (int64_t)entry.st_size, 5));
    }
    cr_assert(stat(outside, &entry) == 0);
    cr_assert(eq(i64, (int64_t)entry.st_size, 17));
    cr_assert(not(file_write_inside(root, "log/", "x", 1, 0600, &err)));
    cr_assert(not(file_write_inside(root, "log/..", "x", 1, 0600, &err)));
}

// A program once replaced the directory of the jars by a link.
Test(file_inside, nothing_is_written_through_a_directory_that_became_a_link) {
    AUTO(file_close) int fd = -1;
    struct error err;

    cr_assert(mkdir(at("victim"), 0700) == 0);
    cr_assert(symlink("../victim", at("log/upload")) == 0);
    cr_assert(not(file_write_inside(root, "log/upload/a.jar", "x", 1, 0600, &err)));
    cr_assert(eq(int, (int)err.kind, ERROR_NOT_FOUND));
    cr_assert(not(file_open_append_inside(root, "log/upload/a.out", &fd, &err)));
    cr_assert(rmdir(at("victim")) == 0, "something was written there");
}

Test(file_inside, directories_are_made_through_no_link) {
    struct error err;

    cr_assert(file_make_directories_inside(root, "log/a/b", 0700, &err), "%s", err.message);
    cr_assert(file_make_directories_inside(root, "log/a/b", 0700, &err));
    cr_assert(file_is_directory(at("log/a/b")));
    cr_assert(mkdir(at("victim"), 0700) == 0);
    cr_assert(symlink("../victim", at("log/link")) == 0);
    cr_assert(not(file_make_directories_inside(root, "log/link/x", 0700, &err)));
    cr_assert(not(file_make_directories_inside(root, "log/link", 0700, &err)));
    cr_assert(not(file_make_directories_inside(root, "../x", 0700, &err)));
    cr_assert(not(file_exists(at("victim/x"))));
}

Test(file_inside, tells_what_lies_below) {
    cr_assert(eq(str, (char *)file_below("/data/apps", "/data/apps/a/log"), "a/log"));
    cr_assert(file_below("/data/apps", "/data/apps") == NULL);
    cr_assert(file_below("/data/apps", "/data/apps2/x") == NULL);
}

// --- rights that a job removes ---

Test(file_inside, directories_without_rights_are_opened_written_to_and_removed) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct stat entry;
    struct error err;

    become_ordinary_user(root);
    cr_assert(mkdir(at("mine"), 0700) == 0);
    cr_assert(file_make_directories_inside(root, "mine/a/b", 0700, &err), "%s", err.message);
    put(at("mine/a/b/c"), "text");
    cr_assert(chmod(at("mine/a/b"), 0) == 0 && chmod(at("mine/a"), 0) == 0);
    cr_assert(file_read_tail_inside(root, "mine/a/b/c", 64, &text, &err), "%s", err.message);
    cr_assert(chmod(at("mine/a"), 0555) == 0);
    cr_assert(file_make_directories_inside(root, "mine/a/d", 0700, &err), "%s", err.message);
    cr_assert(chmod(at("mine/a"), 0555) == 0);
    cr_assert(file_write_inside(root, "mine/a/e", "x", 1, 0600, &err), "%s", err.message);
    cr_assert(mkdir(at("other"), 0500) == 0);
    cr_assert(symlink("../../other", at("mine/a/link")) == 0);
    cr_assert(chmod(at("mine/a/b"), 0) == 0 && chmod(at("mine/a"), 0555) == 0);
    cr_assert(file_remove_tree(at("mine"), &err), "%s", err.message);
    cr_assert(not(file_exists(at("mine"))));
    cr_assert(stat(at("other"), &entry) == 0 && (entry.st_mode & 0777) == 0500, "through a link");
}

// --- sizes that a job chooses ---

// Of a file that grows during the read, only the requested bytes are read.
Test(file_inside, a_tail_is_no_longer_than_was_asked_for) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct error err;

    put(at("log/a.log"), "0123456789");
    cr_assert(file_read_tail_inside(root, "log/a.log", 4, &text, &err), "%s", err.message);
    cr_assert(eq(str, (char *)buffer_text(&text), "6789"));
}

Test(file_inside, of_a_huge_directory_some_entries_are_looked_at) {
    struct listing listing = {0};
    struct error err;

    cr_assert(mkdir(at("log/huge"), 0700) == 0);
    for (int count = 0; count < FILE_INSIDE_ENTRIES_MAX + 10; count++) {
        char name[32];
        (void)text_format(name, sizeof name, "log/huge/%d", count);
        AUTO(file_close) int fd = open(at(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        cr_assert(ge(int, fd, 0));
    }
    cr_assert(file_list_inside(root, "log/huge", note, &listing, &err), "%s", err.message);
    cr_assert(eq(int, listing.regular, FILE_INSIDE_ENTRIES_MAX));
}

// Deeper than the limit of descriptors.
Test(file_inside, a_tree_of_any_depth_is_counted_and_removed) {
    AUTO(file_close) int at_fd = -1;
    struct error err;

    cr_assert(mkdir(at("deep"), 0700) == 0);
    at_fd = open(at("deep"), O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int depth = 0; depth < 3000; depth++) {
        cr_assert(mkdirat(at_fd, "d", 0700) == 0);
        int next = openat(at_fd, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
        cr_assert(ge(int, next, 0));
        file_close(at_fd);
        at_fd = next;
    }
    AUTO(file_walk_free) struct file_walk *walk = file_walk_new(root, "deep");
    cr_assert(walk != NULL);
    int turns = 1;
    while (!file_walk_step(walk, 10))
        turns++;
    cr_assert(le(int, turns, 20));
    cr_assert(file_remove_tree(at("deep"), &err), "%s", err.message);
    cr_assert(not(file_exists(at("deep"))));
}

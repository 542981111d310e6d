#include "base/file.h"

#include "base/text.h"
#include "unit/ordinary_user.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/kobel-file-XXXXXX";
static struct error err;

static void make_root(void) {
    cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void) {
    become_oneself();
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(file, .init = make_root, .fini = remove_root);

static const char *at(const char *relative) {
    static char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, root, relative, NULL));
    return path;
}

static void write_text(const char *relative, const char *text) {
    cr_assert(file_write_atomically(at(relative), text, strlen(text), 0600, &err), "%s",
              err.message);
}

Test(file, paths_are_joined_with_single_slashes) {
    char path[16];

    cr_assert(file_join(path, sizeof path, &err, "/a", "b", "c", NULL));
    cr_assert_str_eq(path, "/a/b/c");
    cr_assert(file_join(path, sizeof path, &err, "/", "b", NULL));
    cr_assert_str_eq(path, "/b");
    cr_assert_not(file_join(path, sizeof path, &err, "/0123456789", "01234", NULL));
    cr_assert_eq(err.kind, ERROR_INVALID);
    cr_assert_not(file_join(path, sizeof path, &err, "/a", "\xFF", NULL));
    cr_assert_eq(err.kind, ERROR_INVALID);
}

Test(file, is_written_and_read_as_a_whole) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(100);

    write_text("f", "old");
    write_text("f", "new and longer");
    cr_assert(file_read(at("f"), &text, &err), "%s", err.message);
    cr_assert_str_eq(buffer_text(&text), "new and longer");
}

Test(file, of_another_kind_is_not_read) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(4);

    cr_assert_not(file_read(at("absent"), &text, &err));
    cr_assert_eq(err.kind, ERROR_NOT_FOUND);
    cr_assert_eq(mkfifo(at("fifo"), 0600), 0);
    cr_assert_not(file_read(at("fifo"), &text, &err));
    cr_assert_eq(err.kind, ERROR_INVALID);
    write_text("large", "12345");
    cr_assert_not(file_read(at("large"), &text, &err));
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

Test(file, directories_are_made_with_their_parents) {
    cr_assert(file_make_directories(at("a/b/c"), 0700, &err), "%s", err.message);
    cr_assert(file_make_directories(at("a/b/c"), 0700, &err), "%s", err.message);
    cr_assert(file_is_directory(at("a/b/c")));
    cr_assert_not(file_is_directory(at("a/x")));
    write_text("f", "");
    cr_assert_not(file_make_directories(at("f/below"), 0700, &err));
    cr_assert(file_exists(at("f")));
}

static bool note(void *userdata, const char *name, bool is_directory, struct error *reason) {
    struct buffer *seen = userdata;

    (void)buffer_append_format(seen, "%s%s ", name, is_directory ? "/" : "");
    return !text_equal(name, "stop") || error_set(reason, ERROR_LIMIT, "enough");
}

Test(file, entries_are_listed_in_the_order_of_their_bytes) {
    AUTO(buffer_release) struct buffer seen = BUFFER_INIT(100);

    write_text("b", "");
    write_text("B", "");
    cr_assert(file_make_directories(at("a"), 0700, &err));
    cr_assert(file_list(root, note, &seen, &err), "%s", err.message);
    cr_assert_str_eq(buffer_text(&seen), "B a/ b ");
    write_text("stop", "");
    write_text("z", "");
    buffer_clear(&seen);
    cr_assert_not(file_list(root, note, &seen, &err));
    cr_assert_eq(err.kind, ERROR_LIMIT);
    cr_assert_str_eq(buffer_text(&seen), "B a/ b stop ");
}

Test(file, trees_are_removed_without_following_links) {
    cr_assert(file_make_directories(at("outside"), 0700, &err));
    write_text("outside/kept", "");
    cr_assert(file_make_directories(at("tree/a/b"), 0700, &err));
    write_text("tree/a/b/f", "");
    char target[FILE_PATH_MAX];
    (void)text_copy(target, sizeof target, at("outside"));
    cr_assert_eq(symlink(target, at("tree/a/link")), 0);
    cr_assert(file_remove_tree(at("tree"), &err), "%s", err.message);
    cr_assert_not(file_exists(at("tree")));
    cr_assert(file_exists(at("outside/kept")));
    cr_assert(file_remove_tree(at("tree"), &err), "absent is a success");
}

Test(file, trees_without_rights_are_removed) {
    become_ordinary_user(root);
    cr_assert(file_make_directories(at("tree/closed"), 0700, &err), "%s", err.message);
    write_text("tree/closed/f", "");
    cr_assert_eq(chmod(at("tree/closed"), 0), 0);
    cr_assert_eq(chmod(at("tree"), 0555), 0);
    cr_assert(file_remove_tree(at("tree"), &err), "%s", err.message);
    cr_assert_not(file_exists(at("tree")));
}

Test(file, trees_deeper_than_the_descriptors_are_removed) {
    int parent = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (int level = 0; level < 300; level++) {
        cr_assert_eq(mkdirat(parent, "d", 0700), 0);
        int next = openat(parent, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
        file_close(parent);
        parent = next;
    }
    file_close(parent);
    cr_assert(file_remove_tree(at("d"), &err), "%s", err.message);
    cr_assert_not(file_exists(at("d")));
}

Test(file, sizes_of_trees_are_those_on_the_disk) {
    static const char block[40000];

    cr_assert_eq(file_tree_size_bytes(at("absent")), 0);
    cr_assert(file_make_directories(at("tree"), 0700, &err));
    int64_t before = file_tree_size_bytes(root);
    cr_assert(file_write_atomically(at("tree/f"), block, sizeof block, 0600, &err));
    cr_assert_geq(file_tree_size_bytes(root), before + (int64_t)sizeof block);
}

Test(file, descriptors_are_handed_over) {
    int fd = 7;

    cr_assert_eq(file_take(&fd), 7);
    cr_assert_eq(fd, -1);
}

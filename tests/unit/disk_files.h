// A directory with files, and a loop: what the tests of the trash and of the disk usage share.
#pragma once

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

static struct error err;
static char root[64];
static sd_event *loop;

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-disk-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err));
    loop = sd_event_unref(loop);
}

static void path_of(const char *rest, char out[static FILE_PATH_MAX]) {
    cr_assert(file_join(out, FILE_PATH_MAX, &err, root, rest, NULL));
}

// Makes files of a page each.
static void fill(const char *directory, int count) {
    char path[FILE_PATH_MAX];
    char bytes[4096] = "x";

    path_of(directory, path);
    cr_assert(file_make_directories(path, 0700, &err));
    for (int number = 0; number < count; number++) {
        char file[FILE_PATH_MAX];
        (void)text_format(file, sizeof file, "%s/%d", path, number);
        cr_assert(file_write_atomically(file, bytes, sizeof bytes, 0600, &err));
    }
}

static void make_link(const char *target, const char *name) {
    char path[FILE_PATH_MAX];

    path_of(name, path);
    cr_assert(symlink(target, path) == 0);
}

static void turn(void) {
    cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
}

// Small and large streams, a slow disk, a child that dies, and a new beginning.
#include "runtime/host/file_writer.h"

#include "base/file.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 16384, PIECES = 200 };

static sd_event *loop;
static int file;
static struct file_writer *writer;
static struct error err;

struct outcome {
    int ready;
    bool is_done;
    bool has_failed;
};
static struct outcome outcome;

static void on_ready(void *userdata) {
    (void)userdata;
    outcome.ready++;
}

static void on_done(void *userdata, const struct error *reason) {
    (void)userdata;
    cr_assert(not(outcome.is_done));
    outcome.is_done = true;
    outcome.has_failed = reason != NULL;
}

static void set_up(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    outcome = (struct outcome){0};
    cr_assert(sd_event_new(&loop) >= 0);
    file = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    cr_assert(file >= 0);
    struct file_writer_call call = {.loop = loop, .fd = file, .ready = on_ready, .done = on_done};
    writer = file_writer_new(&call);
}

static void tear_down(void) {
    file_writer_free(writer);
    file_close(file);
    (void)sd_event_unref(loop);
}

TestSuite(file_writer, .init = set_up, .fini = tear_down);

static void turn(void) {
    cr_assert(sd_event_run(loop, 60000000) > 0, "nothing happens any more");
}

static void fill(char *piece, int number) {
    memset(piece, 'a' + number % 26, PIECE_BYTES);
}

static void add(int count) {
    char piece[PIECE_BYTES];

    for (int number = 0; number < count; number++) {
        fill(piece, number);
        cr_assert(file_writer_add(writer, piece, sizeof piece, &err), "%s", err.message);
    }
}

static void finish(void) {
    file_writer_finish(writer);
    while (!outcome.is_done)
        turn();
}

static void check_content(int count) {
    char piece[PIECE_BYTES];
    char read_piece[PIECE_BYTES];
    struct stat entry;

    cr_assert(fstat(file, &entry) == 0);
    cr_assert(eq(i64, entry.st_size, (int64_t)count * PIECE_BYTES));
    for (int number = 0; number < count; number++) {
        fill(piece, number);
        ssize_t got = pread(file, read_piece, sizeof read_piece, (off_t)number * PIECE_BYTES);
        cr_assert(eq(i64, got, PIECE_BYTES));
        cr_assert(memcmp(piece, read_piece, sizeof piece) == 0);
    }
}

Test(file_writer, small_files_are_written_at_once) {
    add(3);
    check_content(3);
    cr_assert(not(file_writer_is_full(writer)));
    finish();
    cr_assert(not(outcome.has_failed));
    check_content(3);
}

Test(file_writer, an_empty_file_ends) {
    finish();
    cr_assert(not(outcome.has_failed));
    check_content(0);
}

Test(file_writer, what_has_no_room_in_the_pipe_is_kept_in_its_order) {
    add(PIECES);
    cr_assert(file_writer_is_full(writer));
    while (file_writer_is_full(writer))
        turn();
    cr_assert(eq(int, outcome.ready, 1));
    finish();
    cr_assert(not(outcome.has_failed));
    check_content(PIECES);
}

Test(file_writer, a_stream_may_end_while_it_is_full) {
    add(PIECES);
    cr_assert(file_writer_is_full(writer));
    finish();
    cr_assert(not(outcome.has_failed));
    cr_assert(eq(int, outcome.ready, 0));
    check_content(PIECES);
}

Test(file_writer, a_new_beginning_leaves_nothing_of_the_old_one) {
    add(PIECES);
    cr_assert(file_writer_restart(writer, &err), "%s", err.message);
    cr_assert(not(file_writer_is_full(writer)));
    add(2);
    finish();
    cr_assert(not(outcome.has_failed));
    check_content(2);
    cr_assert(eq(int, outcome.ready, 0));
}

// The child inherits the limit and cannot write beyond it, as with a full disk.
static void fill_disk(void) {
    struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};

    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

Test(file_writer, a_full_disk_is_a_failure_of_the_end) {
    fill_disk();
    add(PIECES);
    finish();
    cr_assert(outcome.has_failed);
}

Test(file_writer, a_full_disk_is_a_failure_of_the_bytes_that_follow) {
    char piece[PIECE_BYTES] = "";
    bool is_taken = true;

    fill_disk();
    for (int number = 0; is_taken && number < 100000; number++) {
        is_taken = file_writer_add(writer, piece, sizeof piece, &err);
        while (is_taken && file_writer_is_full(writer))
            turn();
    }
    cr_assert(not(is_taken));
    cr_assert(eq(int, err.kind, ERROR_SYSTEM));
    finish();
    cr_assert(outcome.has_failed);
}

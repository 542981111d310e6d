// How code is stored: by its digest, and without blocking the loop.
#include "runtime/code/file_code_store.h"

#include "unit/code_files.h"
#include "unit/refused_calls.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int served;

static void import(size_t size_bytes, struct outcome *out_outcome) {
    char *zeroes = calloc(1, size_bytes);

    import_bytes(zeroes, size_bytes, out_outcome);
    free(zeroes);
}

static int on_always(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    (void)source;
    (void)fd;
    (void)events;
    (void)userdata;
    served++;
    return 0;
}

Test(file_code_store, serves_others_between_the_slices, .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};
    sd_event_source *socket = NULL;
    int fd = eventfd(1, EFD_CLOEXEC); // readable from the beginning to the end

    cr_assert(sd_event_add_io(loop, &socket, fd, EPOLLIN, on_always, NULL) >= 0);
    import((size_t)20 << 20, &outcome);
    cr_assert(eq(int, (int)outcome.artifact.size_bytes, 20 << 20));
    cr_assert(ge(int, served, 20));
    (void)sd_event_source_disable_unref(socket);
    (void)close(fd);
}

// The central directory of a zip, without the entries themselves.
static void append_directory(struct buffer *zip, uint32_t count) {
    unsigned char entry[46 + 4] = "PK\1\2";
    unsigned char end[22] = "PK\5\6";

    entry[28] = 4; // the length of its name
    for (uint32_t index = 0; index < count; index++)
        cr_assert(buffer_append(zip, entry, sizeof entry, NULL));
    uint32_t size_bytes = count * (uint32_t)sizeof entry;
    memcpy(end + 12, &size_bytes, sizeof size_bytes); // both are little-endian
    cr_assert(buffer_append(zip, end, sizeof end, NULL));
}

Test(file_code_store, serves_others_between_the_parts_of_a_large_directory, .init = set_up,
     .fini = tear_down) {
    AUTO(buffer_release) struct buffer zip = BUFFER_INIT((size_t)8 << 20);
    struct outcome outcome = {0};
    sd_event_source *socket = NULL;
    int fd = eventfd(1, EFD_CLOEXEC);

    append_directory(&zip, 60000);
    cr_assert(sd_event_add_io(loop, &socket, fd, EPOLLIN, on_always, NULL) >= 0);
    import_bytes(buffer_text(&zip), zip.size_bytes, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_NONE), "%s", outcome.text);
    cr_assert(ge(int, served, 30)); // 3 slices of its bytes, and the parts
    (void)sd_event_source_disable_unref(socket);
    (void)close(fd);
}

Test(file_code_store, refuses_what_is_too_large, .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};

    import(((size_t)64 << 20) + 1, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_LIMIT));
}

// --- objects of a directory ---

static struct outcome import_version(const char *key, const char *version) {
    struct code_port port = file_code_store_port(store);
    struct code_source source = {
        .kind = CODE_SOURCE_S3, .bucket = "bucket", .key = key, .object_version = version};
    struct outcome outcome = {0};

    port.ops->import(port.self, &source, on_done, &outcome);
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, 0) >= 0);
    return outcome;
}

static struct outcome import_object(const char *key) {
    return import_version(key, NULL);
}

static const char *object_at(const char *key) {
    static char path[96];

    (void)text_format(path, sizeof path, "%s/s3/bucket/%s", directory, key);
    return path;
}

static void bind_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(text_copy(address.sun_path, sizeof address.sun_path, path));
    cr_assert(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    (void)close(fd);
}

// open() of a FIFO for reading waits for a writer, and the daemon has one thread.
Test(file_code_store, only_regular_files_are_objects_and_no_other_file_blocks, .init = set_up,
     .fini = tear_down) {
    static const char *const keys[] = {"fifo",  "link-to-fifo", "socket",  "directory",
                                       "/fifo", "../jar",       "missing", "link-outside"};
    struct error err;

    cr_assert(file_make_directories(object_at("directory"), 0700, &err), "%s", err.message);
    cr_assert(mkfifo(object_at("fifo"), 0600) == 0);
    cr_assert(symlink("fifo", object_at("link-to-fifo")) == 0);
    cr_assert(symlink("../jar", object_at("link-outside")) == 0);
    cr_assert(file_write_atomically(object_at("../jar"), "x", 1, 0600, &err), "%s", err.message);
    bind_socket(object_at("socket"));
    for (size_t index = 0; index < COUNT_OF(keys); index++) {
        struct outcome outcome = import_object(keys[index]);
        cr_assert(eq(int, outcome.failure, ERROR_NOT_FOUND), "%s: %s", keys[index], outcome.text);
    }
}

Test(file_code_store, an_object_may_be_a_link_within_its_bucket, .init = set_up,
     .fini = tear_down) {
    struct error err;

    cr_assert(file_make_directories(object_at("versions"), 0500, &err), "%s", err.message);
    cr_assert(file_write_atomically(object_at("jar"), "abc", 3, 0600, &err), "%s", err.message);
    cr_assert(symlink("versions/../jar", object_at("newest")) == 0);
    struct outcome outcome = import_object("newest");
    cr_assert(eq(int, outcome.failure, ERROR_NONE), "%s", outcome.text);
    cr_assert(eq(int, (int)outcome.artifact.size_bytes, 3));
}

Test(file_code_store, a_key_is_not_cleaned_up_before_it_is_looked_for, .init = set_up,
     .fini = tear_down) {
    static const char *const others[] = {"./jar", "a//jar", "a/../jar", "a/./jar", "/jar",
                                         "jar/",  "..",     ".",        "a/"};
    static const char *const keys[] = {"jar", "a/jar", "..jar", "a/...", ".hidden"};
    struct error err;

    cr_assert(file_make_directories(object_at("a"), 0700, &err), "%s", err.message);
    for (size_t index = 0; index < COUNT_OF(keys); index++) {
        cr_assert(file_write_atomically(object_at(keys[index]), "x", 1, 0600, &err), "%s",
                  err.message);
        cr_assert(eq(int, import_object(keys[index]).failure, ERROR_NONE), "%s", keys[index]);
    }
    for (size_t index = 0; index < COUNT_OF(others); index++)
        cr_assert(eq(int, import_object(others[index]).failure, ERROR_NOT_FOUND), "%s",
                  others[index]);
}

Test(file_code_store, an_object_of_a_directory_has_the_version_null, .init = set_up,
     .fini = tear_down) {
    struct error err;

    cr_assert(file_make_directories(object_at("."), 0700, &err), "%s", err.message);
    cr_assert(file_write_atomically(object_at("jar"), "abc", 3, 0600, &err), "%s", err.message);
    cr_assert(eq(int, import_version("jar", "null").failure, ERROR_NONE));
    cr_assert(eq(int, import_version("jar", "abc").failure, ERROR_NOT_FOUND));
    cr_assert(eq(int, import_version("other", "null").failure, ERROR_NOT_FOUND));
}

// --- the disk ---

// The process that calls fsync() is killed: this one, or the child that waits instead.
static void kill_at_fsync(void) {
    refuse_call(SYS_fsync, SECCOMP_RET_KILL_PROCESS);
    refuse_call(SYS_fdatasync, SECCOMP_RET_KILL_PROCESS);
}

Test(file_code_store, a_child_waits_for_the_disk_and_its_failure_refuses_the_code, .init = set_up,
     .fini = tear_down) {
    struct outcome outcome = {0};
    size_t left = 0;
    char code[64];
    struct error err;

    kill_at_fsync();
    import(4096, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_SYSTEM));
    cr_assert(strstr(outcome.text, "writing it to the disk failed") != NULL, "%s", outcome.text);
    (void)text_format(code, sizeof code, "%s/code", directory);
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}

// --- collection ---

Test(file_code_store, collects_in_parts_and_not_while_code_is_read, .init = set_up,
     .fini = tear_down) {
    struct code_port port = file_code_store_port(store);
    struct outcome outcome = {0};
    char path[96];
    char code[64];
    struct error err;

    (void)text_format(code, sizeof code, "%s/code", directory);
    for (int number = 0; number < 250; number++) {
        (void)text_format(path, sizeof path, "%s/%064x", code, (unsigned)number);
        cr_assert(file_write_atomically(path, "x", 1, 0600, &err), "%s", err.message);
    }
    used = "0000000000000000000000000000000000000000000000000000000000000007";
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(16);
    (void)buffer_append_text(&bytes, "y");
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = &bytes};
    port.ops->import(port.self, &source, on_done, &outcome);
    cr_assert(eq(int, port.ops->collect(port.self, is_used, NULL), CODE_COLLECTED_NOTHING));
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cr_assert(ge(int, collect_all(&port), 3));
    size_t left = 0;
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 1));
}

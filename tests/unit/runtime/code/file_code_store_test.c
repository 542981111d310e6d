// Code as it is stored: by its digest, and without holding up the loop.
#include "runtime/code/file_code_store.h"

#include "base/file.h"
#include "base/text.h"
#include "unit/refused_calls.h"

#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static char directory[] = "/tmp/kobel-code-XXXXXX";
static sd_event *loop;
static struct file_code_store *store;
static int served;

static void set_up(void) {
    struct error err;
    char code[64];
    char s3[64];

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    (void)text_format(code, sizeof code, "%s/code", directory);
    (void)text_format(s3, sizeof s3, "%s/s3", directory);
    struct file_code_store_options options = {
        .code_directory = code, .s3_directory = s3, .limit_bytes = (int64_t)64 << 20};
    cr_assert(file_code_store_new(loop, &options, &store, &err), "%s", err.message);
}

static void tear_down(void) {
    struct error err;

    file_code_store_free(store);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

struct outcome {
    bool is_done;
    struct code_artifact artifact;
    enum error_kind failure;
    char text[256];
};

static void on_done(void *userdata, const struct code_artifact *artifact, const struct error *err) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    if (artifact != NULL) outcome->artifact = *artifact;
    if (err == NULL) return;
    outcome->failure = err->kind;
    (void)text_format(outcome->text, sizeof outcome->text, "%s", err->message);
}

static void import_bytes(const void *content, size_t size_bytes, struct outcome *out_outcome) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(size_bytes);
    struct code_port port = file_code_store_port(store);
    struct error err;

    cr_assert(buffer_append(&bytes, content, size_bytes, &err), "%s", err.message);
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = &bytes};
    port.ops->import(port.self, &source, on_done, out_outcome);
    while (!out_outcome->is_done)
        cr_assert(sd_event_run(loop, 0) >= 0);
}

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

Test(file_code_store, refuses_what_is_too_large, .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};

    import(((size_t)64 << 20) + 1, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_LIMIT));
}

// --- objects of a directory ---

static struct outcome import_object(const char *key) {
    struct code_port port = file_code_store_port(store);
    struct code_source source = {.kind = CODE_SOURCE_S3, .bucket = "bucket", .key = key};
    struct outcome outcome = {0};

    port.ops->import(port.self, &source, on_done, &outcome);
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, 0) >= 0);
    return outcome;
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

// Whoever opens a FIFO to read it waits for a writer, and the daemon has one thread.
Test(file_code_store, what_is_no_regular_file_is_no_object_and_holds_nobody, .init = set_up,
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

// --- the disk ---

static bool count_entry(void *userdata, const char *name, bool is_directory, struct error *err) {
    size_t *count = userdata;

    (void)name;
    (void)is_directory;
    (void)err;
    (*count)++;
    return true;
}

// Whoever asks is killed: this process, or the child that waits instead of it.
static void kill_whoever_waits_for_the_disk(void) {
    refuse_call(SYS_fsync, SECCOMP_RET_KILL_PROCESS);
    refuse_call(SYS_fdatasync, SECCOMP_RET_KILL_PROCESS);
}

Test(file_code_store, the_loop_does_not_wait_for_the_disk_and_what_is_not_on_it_is_refused,
     .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};
    size_t left = 0;
    char code[64];
    struct error err;

    kill_whoever_waits_for_the_disk();
    import(4096, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_SYSTEM));
    cr_assert(strstr(outcome.text, "writing it to the disk failed") != NULL, "%s", outcome.text);
    (void)text_format(code, sizeof code, "%s/code", directory);
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}

// --- zips ---

// A zip of entries whose content is their name.
static size_t make_zip(char *out, size_t size_bytes, const char *const *names) {
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    cr_assert(eq(int, archive_write_set_format_zip(archive), ARCHIVE_OK));
    cr_assert(eq(int, archive_write_open_memory(archive, out, size_bytes, &used), ARCHIVE_OK));
    for (; *names != NULL; names++) {
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, *names);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (int64_t)strlen(*names));
        cr_assert(eq(int, archive_write_header(archive, entry), ARCHIVE_OK));
        cr_assert(ge(int, (int)archive_write_data(archive, *names, strlen(*names)), 0));
    }
    cr_assert(eq(int, archive_write_close(archive), ARCHIVE_OK));
    archive_entry_free(entry);
    (void)archive_write_free(archive);
    return used;
}

// What would run; the content of what was given is `outcome`'s.
static void jar_of(const struct outcome *outcome, struct buffer *out) {
    struct code_port port = file_code_store_port(store);
    struct code_jar jar;
    struct error err;

    cr_assert(port.ops->find_jar(port.self, outcome->artifact.sha256, &jar, &err), "%s",
              err.message);
    cr_assert(file_read(jar.path, out, &err), "%s", err.message);
}

Test(file_code_store, takes_the_only_jar_out_of_a_zip, .init = set_up, .fini = tear_down) {
    static const struct {
        const char *names[4];
        const char *jar; // NULL: what was given
    } rows[] = {
        {{"target/my-job.jar"}, "target/my-job.jar"},
        {{"notes.txt", "__MACOSX/._my-job.jar", "my-job.jar"}, "my-job.jar"},
        {{"one.jar", "two.jar"}, NULL},
        {{"main.py", "lib/connector.jar"}, NULL},
        {{"notes.txt"}, NULL},
        {{"META-INF/MANIFEST.MF", "lib/part.jar"}, NULL},
        {{"lib/part.jar", "META-INF/MANIFEST.MF"}, NULL},
        {{"lib/part.jar", "example/Job.class"}, NULL},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(buffer_release) struct buffer jar = BUFFER_INIT(4096);
        struct outcome outcome = {0};
        char zip[4096];
        size_t size_bytes = make_zip(zip, sizeof zip, rows[index].names);

        import_bytes(zip, size_bytes, &outcome);
        cr_assert(eq(int, outcome.failure, ERROR_NONE), "row %zu: %s", index, outcome.text);
        cr_assert(eq(sz, (size_t)outcome.artifact.size_bytes, size_bytes), "row %zu", index);
        jar_of(&outcome, &jar);
        const char *wanted = rows[index].jar;
        cr_assert(eq(sz, jar.size_bytes, wanted == NULL ? size_bytes : strlen(wanted)), "row %zu",
                  index);
        cr_assert(memcmp(jar.data, wanted == NULL ? zip : wanted, jar.size_bytes) == 0, "row %zu",
                  index);
    }
}

static const char *used;

static bool is_used(void *userdata, const char *sha256) {
    (void)userdata;
    return text_equal(sha256, used);
}

static int collect_all(const struct code_port *port) {
    int steps = 1;

    while (port->ops->collect(port->self, is_used, NULL) == CODE_COLLECTED_SOME)
        steps++;
    return steps;
}

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

Test(file_code_store, keeps_a_jar_with_its_zip_and_removes_it_with_it, .init = set_up,
     .fini = tear_down) {
    static const char *const names[] = {"my-job.jar", NULL};
    struct code_port port = file_code_store_port(store);
    struct outcome outcome = {0};
    char code[64];
    char zip[4096];
    struct error err;

    import_bytes(zip, make_zip(zip, sizeof zip, names), &outcome);
    (void)text_format(code, sizeof code, "%s/code", directory);
    used = outcome.artifact.sha256;
    collect_all(&port);
    AUTO(buffer_release) struct buffer jar = BUFFER_INIT(4096);
    jar_of(&outcome, &jar);
    cr_assert(eq(str, (char *)buffer_text(&jar), "my-job.jar"));
    used = "";
    collect_all(&port);
    size_t left = 0;
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}

Test(file_code_store, a_damaged_zip_is_refused_and_goes_with_the_next_collection, .init = set_up,
     .fini = tear_down) {
    static const char *const names[] = {"my-job.jar", NULL};
    struct code_port port = file_code_store_port(store);
    size_t left = 0;
    char code[64];
    struct error err;
    struct outcome outcome = {0};
    char zip[4096];
    size_t size_bytes = make_zip(zip, sizeof zip, names);

    // The content follows a local header, its name and what is extra.
    zip[30 + zip[26] + zip[28]] ^= 0x55;
    import_bytes(zip, size_bytes, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_INVALID));
    cr_assert(strstr(outcome.text, "the zip cannot be read") != NULL, "%s", outcome.text);
    used = "";
    collect_all(&port);
    (void)text_format(code, sizeof code, "%s/code", directory);
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}

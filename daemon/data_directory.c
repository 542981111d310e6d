#include "daemon/data_directory.h"

#include "base/digest.h"
#include "base/environment.h"
#include "base/random_id.h"
#include "base/text.h"
#include "cli/client/terminal.h"
#include "runtime/host/path_list.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool create(const char *wanted, struct data_directory *data, struct error *err) {
    if (!text_equal(wanted, ":temp:")) {
        // Before it is created: nothing is left behind where it cannot be used.
        if (!path_list_accepts("the data directory", wanted, err)) return false;
        if (!file_make_directories(wanted, 0700, err)) return false;
    } else {
        if (!file_join(data->path, sizeof data->path, err, environment_or("TMPDIR", "/tmp"),
                       "kobel-XXXXXX", NULL))
            return error_prefix(err, "TMPDIR");
        if (!path_list_accepts("TMPDIR", data->path, err)) return false;
        if (mkdtemp(data->path) == NULL)
            return error_system(err, errno, "create a temporary data directory");
        data->is_temporary = true;
        return true;
    }
    // Flink writes absolute paths into its checkpoints.
    char *real = realpath(wanted, NULL);
    if (real == NULL) return error_system(err, errno, "find '%s'", wanted);
    // Behind a link the name may be too long, or not UTF-8.
    bool fits = file_join(data->path, sizeof data->path, err, real, NULL);
    free(real);
    return fits ? path_list_accepts("the data directory", data->path, err)
                : error_prefix(err, "data directory");
}

// The process that the lock file names as its holder; "?" = unknown.
static void read_holder(const char *path, char *out_pid, size_t size_bytes) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);

    bool is_read = file_read(path, &text, NULL) && text.size_bytes > 0;
    (void)text_copy(out_pid, size_bytes, is_read ? buffer_text(&text) : "?");
}

static bool has_ended(const char *pid) {
    int64_t number;

    return text_to_int64(pid, &number) && number > 0 && kill((pid_t)number, 0) < 0 &&
           errno == ESRCH;
}

// When a daemon is killed while it starts a program, the new process has the lock, too, until the
// program begins: on a busy machine a moment later.
static bool wait_for_lock(int fd, const char *path, char *out_holder, size_t size_bytes) {
    enum { WAIT_MS = 10, TRIES = 500 };

    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
        read_holder(path, out_holder, size_bytes);
        if (tries == TRIES || !has_ended(out_holder)) return false;
        (void)poll(NULL, 0, WAIT_MS);
    }
    return true;
}

static bool lock(struct data_directory *data, struct error *err) {
    char path[FILE_PATH_MAX];
    char holder[64];
    char pid[32];

    if (!file_join(path, sizeof path, err, data->path, "lock", NULL)) return false;
    data->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (data->lock_fd < 0) return error_system(err, errno, "open '%s'", path);
    if (!wait_for_lock(data->lock_fd, path, holder, sizeof holder))
        return error_set(
            err, ERROR_CONFLICT,
            "the data directory '%.200s' is in use by process %s: stop that daemon, or choose "
            "another directory with --data",
            data->path, holder);
    (void)text_format(pid, sizeof pid, "%d", (int)getpid());
    if (ftruncate(data->lock_fd, 0) < 0 ||
        pwrite(data->lock_fd, pid, strlen(pid), 0) != (ssize_t)strlen(pid))
        return error_system(err, errno, "write '%s'", path);
    return true;
}

static bool read_secret(struct data_directory *data, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(256);
    char path[FILE_PATH_MAX];
    char hex[2 * DATA_SECRET_SIZE + 1];
    struct error missing;

    if (!file_join(path, sizeof path, err, data->path, "secret", NULL)) return false;
    if (!file_read(path, &text, &missing)) {
        if (missing.kind != ERROR_NOT_FOUND)
            return error_set(err, missing.kind, "%s", missing.message);
        random_id_hex(hex, sizeof hex - 1);
        if (!file_write_atomically(path, hex, strlen(hex), 0600, err)) return false;
        (void)buffer_append_text(&text, hex);
        data->is_new = true;
    }
    if (text.size_bytes < DATA_SECRET_SIZE)
        return error_set(err, ERROR_INVALID, "'%s' is damaged: remove it, and a new one is written",
                         path);
    memcpy(data->secret, buffer_text(&text), DATA_SECRET_SIZE);
    return true;
}

// A copy of the directory has the same secret, and another place on the disk.
static bool choose_mark(struct data_directory *data, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(256);
    char hex[DIGEST_SHA256_HEX_SIZE];
    struct stat entry;

    if (stat(data->path, &entry) < 0)
        return error_system(err, errno, "read the attributes of '%s'", data->path);
    if (!buffer_append(&text, data->secret, sizeof data->secret, err)) return false;
    (void)buffer_append_format(&text, " %llu %llu", (unsigned long long)entry.st_dev,
                               (unsigned long long)entry.st_ino);
    digest_sha256_hex(buffer_text(&text), text.size_bytes, hex);
    // Truncated: it is a name, not a secret.
    (void)text_format(data->mark, sizeof data->mark, "%.*s", ORPHANS_MARK_SIZE - 1, hex);
    return true;
}

bool data_directory_open(const char *wanted, struct data_directory *out_data, struct error *err) {
    struct data_directory data = DATA_DIRECTORY_INIT;

    bool opened = create(wanted, &data, err) && lock(&data, err) && read_secret(&data, err) &&
                  choose_mark(&data, err);
    if (!opened) {
        data_directory_close(&data);
        return false;
    }
    *out_data = data;
    return true;
}

void data_directory_close(struct data_directory *data) {
    struct error err;

    if (data->is_temporary && !file_remove_tree(data->path, &err))
        terminal_print_error(err.message);
    file_close(data->lock_fd);
    *data = DATA_DIRECTORY_INIT;
}

#include "runtime/orphans.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const size_t COMMAND_LINE_MAX_BYTES = 262144;
static const int END_TIMEOUT_MS = 5000;

static bool is_ours(const char *program) {
    return text_ends_with(program, "/java") || text_ends_with(program, "/bwrap") ||
           text_ends_with(program, "/kobel-launch");
}

// Does a command line, whose words end with 0 bytes each, name a place below `prefix`?
static bool names(const struct buffer *words, const char *prefix) {
    const char *text = buffer_text(words);

    for (size_t at = 0; at < words->size_bytes; at += strlen(text + at) + 1)
        if (strstr(text + at, prefix) != NULL) return true;
    return false;
}

// What kobel starts there names a cluster of an application or a spare.
struct places {
    char apps[FILE_PATH_MAX];
    char spares[FILE_PATH_MAX];
};

static bool belongs_to(const char *pid_text, const struct places *places) {
    AUTO(buffer_release) struct buffer words = BUFFER_INIT(COMMAND_LINE_MAX_BYTES);
    char path[64];
    struct error err;

    (void)text_format(path, sizeof path, "/proc/%.16s/cmdline", pid_text);
    // It may have ended since it was listed.
    if (!file_read(path, &words, &err) || words.size_bytes == 0) return false;
    return is_ours(buffer_text(&words)) &&
           (names(&words, places->apps) || names(&words, places->spares));
}

static void kill_and_wait(pid_t pid) {
    AUTO(file_close) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    if (pidfd < 0) return;
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    (void)poll(&ended, 1, END_TIMEOUT_MS);
}

void orphans_kill(const char *data_directory) {
    struct places places;
    struct error err;
    int64_t pid;

    if (!file_join(places.apps, FILE_PATH_MAX, &err, data_directory, "apps/", NULL) ||
        !file_join(places.spares, FILE_PATH_MAX, &err, data_directory, "spares/", NULL))
        return;
    DIR *processes = opendir("/proc");
    if (processes == NULL) return;
    for (struct dirent *entry = readdir(processes); entry != NULL; entry = readdir(processes))
        if (text_to_int64(entry->d_name, &pid) && belongs_to(entry->d_name, &places))
            kill_and_wait((pid_t)pid);
    (void)closedir(processes);
}

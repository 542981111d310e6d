#include "runtime/host/orphans.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// A command line has about 20 kB: options of the sandbox, and a class path.
static const size_t WORDS_MAX_BYTES = (size_t)1 << 20;
static const int END_TIMEOUT_MS = 5000;
// A process may have started another one before it was killed.
static const int ROUNDS_MAX = 10;

bool orphans_carry(const char *words, size_t size_bytes, const char *mark) {
    char variable[sizeof ORPHANS_VARIABLE "=" + ORPHANS_MARK_SIZE];
    char property[sizeof ORPHANS_PROPERTY "=" + ORPHANS_MARK_SIZE];

    (void)text_format(variable, sizeof variable, "%s=%s", ORPHANS_VARIABLE, mark);
    (void)text_format(property, sizeof property, "%s=%s", ORPHANS_PROPERTY, mark);
    for (size_t at = 0; at < size_bytes;) {
        size_t length = strnlen(words + at, size_bytes - at);
        bool is_whole = at + length < size_bytes;
        if (is_whole && (text_equal(words + at, variable) || text_equal(words + at, property)))
            return true;
        at += length + 1;
    }
    return false;
}

static bool has_mark(const char *pid_text, const char *file, const char *mark) {
    AUTO(buffer_release) struct buffer words = BUFFER_INIT(WORDS_MAX_BYTES);
    char path[64];

    (void)text_format(path, sizeof path, "/proc/%.16s/%s", pid_text, file);
    // Fails where it has ended since it was listed, or belongs to another user.
    return file_read(path, &words, NULL) &&
           orphans_carry(buffer_text(&words), words.size_bytes, mark);
}

// The descriptor is opened first: the process that is checked is then the one that is killed, even
// if its number is used again.
static bool kill_if_marked(const char *pid_text, pid_t pid, const char *mark) {
    AUTO(file_close) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    if (pidfd < 0) return false;
    if (!has_mark(pid_text, "cmdline", mark) && !has_mark(pid_text, "environ", mark)) return false;
    if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0) return false;
    (void)poll(&ended, 1, END_TIMEOUT_MS);
    return true;
}

static bool kill_each(const char *mark) {
    DIR *processes = opendir("/proc");
    bool any = false;
    int64_t pid;

    if (processes == NULL) return false;
    for (struct dirent *entry = readdir(processes); entry != NULL; entry = readdir(processes))
        if (text_to_int64(entry->d_name, &pid) && pid != getpid())
            any |= kill_if_marked(entry->d_name, (pid_t)pid, mark);
    (void)closedir(processes);
    return any;
}

void orphans_kill(const char *mark) {
    if (mark[0] == '\0') return;
    for (int round = 0; round < ROUNDS_MAX && kill_each(mark); round++)
        continue;
}

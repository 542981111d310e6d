#include "launcher/enter.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHILDREN_MAX_BYTES = 65536 };

static bool first_child(pid_t pid, pid_t *out_child) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(CHILDREN_MAX_BYTES);
    char path[64];
    char first[16];
    int64_t number;

    (void)text_format(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    if (!file_read(path, &text, NULL) || text.size_bytes == 0) return false;
    (void)text_format(first, sizeof first, "%.*s", (int)strcspn(buffer_text(&text), " "),
                      buffer_text(&text));
    if (!text_to_int64(first, &number)) return false;
    *out_child = (pid_t)number;
    return true;
}

static bool namespace_of(pid_t pid, ino_t *out_inode) {
    struct stat status;
    char path[64];

    (void)text_format(path, sizeof path, "/proc/%d/ns/mnt", pid);
    if (stat(path, &status) < 0) return false;
    *out_inode = status.st_ino;
    return true;
}

// bubblewrap itself stays outside of the sandbox. Its child is inside, and stays as long as the
// sandbox does; what is below that are the program's processes, which come and go.
static pid_t outermost_inside(pid_t watcher) {
    pid_t pid = watcher;
    ino_t outside;
    ino_t found;

    if (!namespace_of(getpid(), &outside)) return watcher;
    while (first_child(pid, &pid))
        if (namespace_of(pid, &found) && found != outside) return pid;
    return watcher;
}

static bool enter(pid_t watcher, struct error *err) {
    pid_t inside = outermost_inside(watcher);
    char path[64];

    if (inside == watcher)
        return error_set(err, ERROR_NOT_FOUND, "process %d has no sandbox", watcher);
    (void)text_format(path, sizeof path, "/proc/%d/ns/mnt", inside);
    AUTO(file_close) int mounts = open(path, O_RDONLY | O_CLOEXEC);
    if (mounts < 0) return error_system(err, errno, "open '%s'", path);
    // The program runs in a user namespace within the one that owns the mounts.
    AUTO(file_close) int users = ioctl(mounts, NS_GET_USERNS);
    if (users < 0) return error_system(err, errno, "find the owner of the mounts");
    if (setns(users, CLONE_NEWUSER) < 0 || setns(mounts, CLONE_NEWNS) < 0)
        return error_system(err, errno, "enter the sandbox");
    return true;
}

// As bubblewrap does when nothing is mounted later. / is a tmpfs whose memory nothing limits.
static bool close_root(struct error *err) {
    const unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;

    return mount(NULL, "/", NULL, flags, NULL) == 0 ||
           error_system(err, errno, "make the root directory read-only");
}

bool enter_and_show(const struct orders *orders, struct error *err) {
    if (!enter(orders->entered, err)) return false;
    for (size_t index = 0; index < orders->show_count; index++) {
        const char *from = orders->shows[index].from;
        const char *to = orders->shows[index].to;
        if (!file_make_directories(to, 0755, err)) return false;
        if (mount(from, to, NULL, MS_BIND, NULL) < 0)
            return error_system(err, errno, "mount '%s'", to);
    }
    if (orders->hidden == NULL) return true;
    // Lazily: no path leads to it from now on, and no process has a file open in it.
    if (umount2(orders->hidden, MNT_DETACH) < 0)
        return error_system(err, errno, "unmount '%s'", orders->hidden);
    if (rmdir(orders->hidden) < 0) return error_system(err, errno, "remove '%s'", orders->hidden);
    return close_root(err);
}

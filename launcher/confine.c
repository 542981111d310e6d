#include "launcher/confine.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "launcher/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILTER_MAX = 4096 }; // instructions, the kernel's limit

static bool end_with(pid_t parent, struct error *err) {
    if (parent == 0) return true;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return error_system(err, errno, "be notified of the parent's end");
    // The parent may have ended before the call.
    return getppid() == parent || error_set(err, ERROR_UNAVAILABLE, "the parent has ended");
}

static bool join(const char *group, struct error *err) {
    char path[FILE_PATH_MAX];

    if (!file_join(path, sizeof path, err, group, "cgroup.procs", NULL)) return false;
    AUTO(file_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
    return (fd >= 0 && write(fd, "0", 1) == 1) || error_system(err, errno, "join '%s'", group);
}

static bool limit(__rlimit_resource_t resource, int64_t value, const char *what,
                  struct error *err) {
    struct rlimit limit = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};

    return setrlimit(resource, &limit) == 0 || error_system(err, errno, "limit %s", what);
}

static bool set_limits(const struct orders *orders, struct error *err) {
    if (!limit(RLIMIT_CORE, 0, "core dumps", err)) return false;
    if (orders->data_bytes > 0 && !limit(RLIMIT_DATA, orders->data_bytes, "memory", err))
        return false;
    return orders->processes == 0 || limit(RLIMIT_NPROC, orders->processes, "processes", err);
}

// For root as well, and for good: NOROOT, and an empty bounding set.
static bool drop_capabilities(struct error *err) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                               SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

    // Without CAP_SETPCAP the call fails, and no capability could come back.
    if (prctl(PR_SET_SECUREBITS, bits) == 0)
        for (unsigned long each = 0; prctl(PR_CAPBSET_DROP, each) == 0; each++)
            continue;
    return syscall(SYS_capset, &header, none) == 0 || error_system(err, errno, "drop capabilities");
}

static bool install_filter(int fd, struct error *err) {
    struct sock_filter instructions[FILTER_MAX];

    if (fd < 0) return true;
    ssize_t got = read(fd, instructions, sizeof instructions);
    file_close(fd);
    if (got <= 0) return error_system(err, errno, "read the seccomp filter");
    struct sock_fprog program = {.len = (unsigned short)((size_t)got / sizeof instructions[0]),
                                 .filter = instructions};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ||
           error_system(err, errno, "install the seccomp filter");
}

bool confine(const struct orders *orders, struct error *err) {
    if (!end_with(orders->parent, err)) return false;
    for (size_t index = 0; index < orders->group_count; index++)
        if (!join(orders->groups[index], err)) return false;
    if (!set_limits(orders, err)) return false;
    if (orders->no_capabilities && !drop_capabilities(err)) return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_system(err, errno, "set no_new_privs");
    return landlock_close(orders, err) && install_filter(orders->filter_fd, err);
}

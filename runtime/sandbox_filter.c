// The seccomp filter of the sandbox levels `full` and `scoped`.
#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

// Ways out of a sandbox or deep into the kernel. A list of what is refused, not of what is allowed:
// the calls that a JVM makes change with every JDK.
static const int refused_calls[] = {
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(acct),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(quotactl),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
};

static bool add_rules(scmp_filter_ctx filter) {
    // glibc falls back to clone() only on ENOSYS, and only clone()'s flags can be looked at.
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0) return false;
    for (size_t index = 0; index < COUNT_OF(refused_calls); index++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[index], 0) != 0)
            return false;
    return true;
}

bool sandbox_open_filter(int *out_fd, struct error *err) {
    AUTO(file_close) int fd = memfd_create("kobel-seccomp", MFD_CLOEXEC);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (fd < 0) return error_system(err, errno, "memory for the seccomp filter");
    if (filter == NULL) return error_set(err, ERROR_SYSTEM, "libseccomp does not start");
    bool made =
        add_rules(filter) && seccomp_export_bpf(filter, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0;
    seccomp_release(filter);
    if (!made) return error_set(err, ERROR_SYSTEM, "the seccomp filter cannot be built");
    *out_fd = file_take(&fd);
    return true;
}

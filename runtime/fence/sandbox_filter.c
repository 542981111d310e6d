// The seccomp filter of all levels but `none`. A list of what is refused, not of what is allowed:
// the calls that a JVM makes change with every JDK. Compared with the default profiles of Docker,
// Podman and Flatpak, and with the calls of Linux 6.18.
#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/fence/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// Newer than libseccomp 2.5.4; the numbers are the same on every architecture.
enum {
    CALL_QUOTACTL_FD = 443,
    CALL_MEMFD_SECRET = 447,
    CALL_PROCESS_MRELEASE = 448,
    CALL_SET_MEMPOLICY_HOME_NODE = 450,
    CALL_FCHMODAT2 = 452,
    CALL_STATMOUNT = 457,
    CALL_LISTMOUNT = 458,
    CALL_LSM_SET_SELF_ATTR = 460,
    CALL_SETXATTRAT = 463,
    CALL_REMOVEXATTRAT = 466,
    CALL_OPEN_TREE_ATTR = 467,
    CALL_FILE_SETATTR = 469,
    CALL_LISTNS = 470
};
enum {
    FAMILY_LAST = 45,       // AF_MCTP; what comes after it is refused as well
    PROTOCOL_LAST = 58,     // ICMPv6
    SOCKET_TYPE_MASK = 0xf, // beside SOCK_CLOEXEC and SOCK_NONBLOCK
    NETLINK_ROUTING = 0,    // NETLINK_ROUTE: which addresses and routes there are
    UPPER_LAYER = 31        // TCP_ULP
};
static const uint64_t INT_MASK = 0xffffffff;

static const int refused_calls[] = {
    // mounts and namespaces
    SCMP_SYS(mount),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    CALL_OPEN_TREE_ATTR,
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    CALL_STATMOUNT,
    CALL_LISTMOUNT,
    CALL_LISTNS,
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    // other processes
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    CALL_PROCESS_MRELEASE,
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    // files beside their paths
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(fanotify_init),
    // parts of the kernel that no program here needs, and that had many faults
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(vmsplice),
    CALL_MEMFD_SECRET,
    SCMP_SYS(modify_ldt),
    SCMP_SYS(mbind),
    SCMP_SYS(get_mempolicy),
    SCMP_SYS(set_mempolicy),
    CALL_SET_MEMPOLICY_HOME_NODE,
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(uselib),
    SCMP_SYS(ustat),
    SCMP_SYS(sysfs),
    SCMP_SYS(_sysctl),
    SCMP_SYS(vm86),
    SCMP_SYS(vm86old),
    CALL_LSM_SET_SELF_ATTR,
    // the machine
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(create_module),
    SCMP_SYS(query_module),
    SCMP_SYS(get_kernel_syms),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday),
    SCMP_SYS(stime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(quotactl),
    CALL_QUOTACTL_FD,
};

// With namespaces of its own these reach nobody else.
static const int refused_in_the_hosts_namespaces[] = {
    SCMP_SYS(shmget),
    SCMP_SYS(shmat),
    SCMP_SYS(semget),
    SCMP_SYS(msgget),
    SCMP_SYS(ipc),
    SCMP_SYS(mq_open),
    SCMP_SYS(mq_unlink),
    // What Landlock never asks about: whoever may name a file may do these to it, and by a
    // descriptor for reading as well. truncate() it knows since Linux 6.2 only; a JVM uses
    // ftruncate(), which wants a file that is open for writing.
    SCMP_SYS(truncate),
    SCMP_SYS(truncate64),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    CALL_FCHMODAT2,
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr),
    CALL_SETXATTRAT,
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(fremovexattr),
    CALL_REMOVEXATTRAT,
    CALL_FILE_SETATTR,
    SCMP_SYS(utime),
    SCMP_SYS(utimes),
    SCMP_SYS(futimesat),
};

static const uint64_t refused_clone_flags[] = {
    CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
    CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET,
};

// Typing into the terminal that kobel was started from.
static const uint64_t refused_ioctls[] = {TIOCSTI, TIOCLINUX};

// Flags of a file that is open, for reading as well.
static const uint64_t attribute_ioctls[] = {FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR};

static const struct {
    int call;
    unsigned flags_argument;
} opening_calls[] = {{SCMP_SYS(open), 1}, {SCMP_SYS(openat), 2}};

// Landlock asks for what a file can then be used for: for neither reading nor writing with the
// access mode 3, which opens any file, and before Linux 6.2 not for emptying it.
static const uint64_t refused_openings[] = {O_ACCMODE, O_RDONLY | O_TRUNC};

// Data with the opening of a connection: Landlock looks at connect() only.
static const struct {
    int call;
    unsigned flags_argument;
} fast_open_calls[] = {{SCMP_SYS(sendto), 3}, {SCMP_SYS(sendmsg), 2}, {SCMP_SYS(sendmmsg), 3}};

static bool refuse(scmp_filter_ctx filter, int error_number, int call) {
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)error_number), call, 0) == 0;
}

static bool refuse_if(scmp_filter_ctx filter, int error_number, int call,
                      struct scmp_arg_cmp condition) {
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)error_number), call, 1,
                                  &condition) == 0;
}

static bool refuse_calls(scmp_filter_ctx filter, const int *calls, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (!refuse(filter, EPERM, calls[index])) return false;
    return true;
}

static bool refuse_namespaces(scmp_filter_ctx filter) {
    // glibc falls back to clone() only on ENOSYS, and only clone()'s flags can be looked at.
    if (!refuse(filter, ENOSYS, SCMP_SYS(clone3))) return false;
    for (size_t index = 0; index < COUNT_OF(refused_clone_flags); index++) {
        uint64_t flag = refused_clone_flags[index];
        if (!refuse_if(filter, EPERM, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)))
            return false;
    }
    return true;
}

// The kernel looks at the lower half of the number only.
static bool refuse_ioctls(scmp_filter_ctx filter, const uint64_t *numbers, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (!refuse_if(filter, EPERM, SCMP_SYS(ioctl),
                       SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, numbers[index])))
            return false;
    return true;
}

static bool refuse_by_argument(scmp_filter_ctx filter) {
    if (!refuse_ioctls(filter, refused_ioctls, COUNT_OF(refused_ioctls))) return false;
    for (size_t index = 0; index < COUNT_OF(fast_open_calls); index++)
        if (!refuse_if(filter, EPERM, fast_open_calls[index].call,
                       SCMP_CMP64(fast_open_calls[index].flags_argument, SCMP_CMP_MASKED_EQ,
                                  MSG_FASTOPEN, MSG_FASTOPEN)))
            return false;
    return refuse_if(filter, EPERM, SCMP_SYS(personality), SCMP_A0(SCMP_CMP_NE, 0, 0)) &&
           // Limits of another process of the same user.
           refuse_if(filter, EPERM, SCMP_SYS(prlimit64), SCMP_A0(SCMP_CMP_NE, 0, 0));
}

static bool refuse_type(scmp_filter_ctx filter, int call, uint64_t type) {
    return refuse_if(filter, EPROTONOSUPPORT, call,
                     SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK, type));
}

// Protocols that the kernel puts on a connection (TLS, and others by loading a module): a part of
// it that had many faults. Who wants it does without, as on a kernel that has none.
static bool refuse_upper_layers(scmp_filter_ctx filter) {
    const struct scmp_arg_cmp upper_layer[] = {SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, IPPROTO_TCP),
                                               SCMP_A2(SCMP_CMP_MASKED_EQ, INT_MASK, UPPER_LAYER)};

    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOPROTOOPT), SCMP_SYS(setsockopt),
                                  COUNT_OF(upper_layer), upper_layer) == 0;
}

// Unix sockets lead to the services of the user and of the host (D-Bus, Docker), and no path tells
// them apart here; a JVM needs none but pairs, which lead nowhere else as long as they are streams.
// TCP in the shape of another protocol (MPTCP, SMC) would pass Landlock's ports. DCCP and SCTP have
// types of their own, and no protocol beside it is needed to get one.
static bool refuse_sockets(scmp_filter_ctx filter) {
    const int socket_call = SCMP_SYS(socket);
    const int pair_call = SCMP_SYS(socketpair);

    for (uint64_t family = 0; family <= FAMILY_LAST; family++)
        if (family != AF_INET && family != AF_INET6 && family != AF_NETLINK &&
            !refuse_if(filter, EAFNOSUPPORT, socket_call, SCMP_A0(SCMP_CMP_EQ, family, 0)))
            return false;
    for (uint64_t type = 0; type <= SOCKET_TYPE_MASK; type++)
        if (type != SOCK_STREAM &&
            (!refuse_type(filter, pair_call, type) ||
             (type != SOCK_DGRAM && type != SOCK_RAW && !refuse_type(filter, socket_call, type))))
            return false;
    const struct scmp_arg_cmp other_netlink[] = {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
                                                 SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTING, 0)};
    return refuse_if(filter, EAFNOSUPPORT, socket_call, SCMP_A0(SCMP_CMP_GT, FAMILY_LAST, 0)) &&
           refuse_if(filter, EPROTONOSUPPORT, socket_call,
                     SCMP_A2(SCMP_CMP_GT, PROTOCOL_LAST, 0)) &&
           refuse_if(filter, EAFNOSUPPORT, pair_call, SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)) &&
           seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT), socket_call, 2,
                                  other_netlink) == 0;
}

static bool refuse_openings(scmp_filter_ctx filter) {
    for (size_t call = 0; call < COUNT_OF(opening_calls); call++)
        for (size_t index = 0; index < COUNT_OF(refused_openings); index++) {
            uint64_t flags = refused_openings[index];
            // Whether or not O_ACCMODE comes with O_TRUNC.
            uint64_t mask = O_ACCMODE | (flags & O_TRUNC);
            if (!refuse_if(filter, EPERM, opening_calls[call].call,
                           SCMP_CMP64(opening_calls[call].flags_argument, SCMP_CMP_MASKED_EQ, mask,
                                      flags)))
                return false;
        }
    // Its flags lie in memory, where no filter sees them; who wants it does without on ENOSYS.
    return refuse(filter, ENOSYS, SCMP_SYS(openat2));
}

// Files are the host's own here.
static bool refuse_in_the_hosts_namespaces(scmp_filter_ctx filter) {
    return refuse_calls(filter, refused_in_the_hosts_namespaces,
                        COUNT_OF(refused_in_the_hosts_namespaces)) &&
           // Without a path it is for a file that is open: a JVM does that when it copies one.
           refuse_if(filter, EPERM, SCMP_SYS(utimensat), SCMP_A1(SCMP_CMP_NE, 0, 0)) &&
           refuse_ioctls(filter, attribute_ioctls, COUNT_OF(attribute_ioctls)) &&
           refuse_openings(filter);
}

static bool add_rules(scmp_filter_ctx filter, bool has_namespaces) {
    return refuse_calls(filter, refused_calls, COUNT_OF(refused_calls)) &&
           (has_namespaces || refuse_in_the_hosts_namespaces(filter)) &&
           refuse_namespaces(filter) && refuse_by_argument(filter) && refuse_sockets(filter) &&
           refuse_upper_layers(filter);
}

// The calls of other architectures (32 bits, x32) have other numbers: who makes one is ended.
static bool build(int fd, bool has_namespaces) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (filter == NULL) return false;
    bool built = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
                 add_rules(filter, has_namespaces) && seccomp_export_bpf(filter, fd) == 0;
    seccomp_release(filter);
    return built;
}

bool sandbox_filter_build(bool has_namespaces, struct sandbox_filter *out_filter,
                          struct error *err) {
    AUTO(file_close) int fd = memfd_create("kobel-seccomp", MFD_CLOEXEC);
    struct sandbox_filter filter;

    if (fd < 0) return error_system(err, errno, "memory for the seccomp filter");
    if (!build(fd, has_namespaces) || lseek(fd, 0, SEEK_SET) != 0)
        return error_set(err, ERROR_SYSTEM, "the seccomp filter cannot be built");
    ssize_t got = read(fd, filter.program, sizeof filter.program);
    if (got <= 0 || (size_t)got == sizeof filter.program)
        return error_set(err, ERROR_SYSTEM, "the seccomp filter is too long");
    filter.size_bytes = (size_t)got;
    *out_filter = filter;
    return true;
}

bool sandbox_open_filter(const struct sandbox *sandbox, int *out_fd, struct error *err) {
    const struct sandbox_filter *filter = &sandbox->filter;
    AUTO(file_close) int fd = -1;

    if (sandbox->level != SANDBOX_NONE) {
        fd = memfd_create("kobel-seccomp", MFD_CLOEXEC);
        if (fd < 0 ||
            write(fd, filter->program, filter->size_bytes) != (ssize_t)filter->size_bytes ||
            lseek(fd, 0, SEEK_SET) != 0)
            return error_system(err, errno, "memory for the seccomp filter");
    }
    *out_fd = file_take(&fd);
    return true;
}

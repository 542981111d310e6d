// Which system calls the seccomp filter refuses: its program is interpreted here, as the kernel
// does it, so that the test depends neither on privileges nor on the version of the kernel.
#include "runtime/fence/sandbox_filter.h"

#include "base/cleanup.h"
#include "unit/filter_machine.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { IPPROTO_OF_MPTCP = 262, FAST_OPEN = 0x20000000, UPPER_LAYER = 31, CALL_COUNT = 512 };

// Differs from NULL in its upper half only.
static const uint64_t A_POINTER = 0x7f0000000000;

static struct error err;

static struct sandbox_filter filter_of(bool has_namespaces) {
    struct sandbox_filter filter;

    cr_assert(sandbox_filter_build(has_namespaces, &filter, &err), "%s", err.message);
    return filter;
}

struct expectation {
    const char *what;
    int number;
    uint64_t arguments[4];
    int wanted; // errno; 0 = allowed
};

static void expect(const struct sandbox_filter *filter, const struct expectation *list,
                   size_t count) {
    for (size_t index = 0; index < count; index++) {
        const uint64_t *arguments = list[index].arguments;
        cr_expect(eq(int,
                     verdict(filter, list[index].number, arguments[0], arguments[1], arguments[2],
                             arguments[3]),
                     list[index].wanted),
                  "%s", list[index].what);
    }
}

Test(sandbox_filter, no_call_makes_a_namespace) {
    struct sandbox_filter filter = filter_of(true);
    const struct expectation list[] = {
        {"a thread", SYS_clone, {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_THREAD | 17}, 0},
        {"a process", SYS_clone, {CLONE_CHILD_SETTID | 17}, 0},
        {"users", SYS_clone, {CLONE_NEWUSER | 17}, EPERM},
        {"users and more", SYS_clone, {CLONE_NEWUSER | CLONE_NEWNET | CLONE_VM}, EPERM},
        {"users, upper half set", SYS_clone, {(1ULL << 40) | CLONE_NEWUSER}, EPERM},
        {"mounts", SYS_clone, {CLONE_NEWNS}, EPERM},
        {"network", SYS_clone, {CLONE_NEWNET}, EPERM},
        {"processes", SYS_clone, {CLONE_NEWPID}, EPERM},
        {"clone3", SYS_clone3, {0}, ENOSYS},
        {"unshare", SYS_unshare, {CLONE_NEWUSER}, EPERM},
        {"setns", SYS_setns, {3, 0}, EPERM},
    };

    expect(&filter, list, COUNT_OF(list));
}

Test(sandbox_filter, sockets_lead_to_the_network_only) {
    struct sandbox_filter filter = filter_of(true);
    const struct expectation list[] = {
        {"TCP", SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}, 0},
        {"TCP by name", SYS_socket, {AF_INET6, SOCK_STREAM, 6}, 0},
        {"UDP", SYS_socket, {AF_INET, SOCK_DGRAM, 17}, 0},
        {"addresses", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}, 0},
        {"other netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 12}, EPROTONOSUPPORT},
        {"Unix", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, EAFNOSUPPORT},
        // The kernel reads the lower half only.
        {"Unix, upper half set",
         SYS_socket,
         {(1ULL << 32) | AF_UNIX, SOCK_STREAM, 0},
         EAFNOSUPPORT},
        {"packets", SYS_socket, {AF_PACKET, SOCK_RAW, 0}, EAFNOSUPPORT},
        {"the hypervisor", SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}, EAFNOSUPPORT},
        {"crypto", SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}, EPROTONOSUPPORT},
        {"a family to come", SYS_socket, {77, SOCK_STREAM, 0}, EAFNOSUPPORT},
        {"DCCP", SYS_socket, {AF_INET, SOCK_DCCP, 33}, EPROTONOSUPPORT},
        {"DCCP as what its type is", SYS_socket, {AF_INET6, SOCK_DCCP, 0}, EPROTONOSUPPORT},
        {"SCTP as what its type is",
         SYS_socket,
         {AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0},
         EPROTONOSUPPORT},
        {"packets of old", SYS_socket, {AF_INET, SOCK_PACKET, 0}, EPROTONOSUPPORT},
        {"a type to come", SYS_socket, {AF_INET, 15, 0}, EPROTONOSUPPORT},
        {"raw", SYS_socket, {AF_INET, SOCK_RAW, 1}, 0},
        {"TLS in the kernel", SYS_setsockopt, {3, IPPROTO_TCP, UPPER_LAYER}, ENOPROTOOPT},
        {"... upper halves set",
         SYS_setsockopt,
         {3, (1ULL << 32) | IPPROTO_TCP, (1ULL << 32) | UPPER_LAYER},
         ENOPROTOOPT},
        {"sending at once", SYS_setsockopt, {3, IPPROTO_TCP, TCP_NODELAY}, 0},
        {"another level's 31", SYS_setsockopt, {3, SOL_SOCKET, UPPER_LAYER}, 0},
        {"MPTCP", SYS_socket, {AF_INET, SOCK_STREAM, IPPROTO_OF_MPTCP}, EPROTONOSUPPORT},
        {"a pair of streams", SYS_socketpair, {AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0}, 0},
        {"a pair of datagrams", SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0}, EPROTONOSUPPORT},
        {"a pair elsewhere", SYS_socketpair, {AF_TIPC, SOCK_STREAM, 0}, EAFNOSUPPORT},
        {"sending", SYS_sendto, {3, 0, 1, MSG_NOSIGNAL}, 0},
        {"connecting by sending", SYS_sendto, {3, 0, 1, FAST_OPEN}, EPERM},
        {"... a message", SYS_sendmsg, {3, 0, FAST_OPEN | MSG_NOSIGNAL}, EPERM},
    };

    expect(&filter, list, COUNT_OF(list));
}

// All calls that are refused whatever their arguments are. The numbers have no name in the headers
// of Linux 6.1.
static const int refused[] = {
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_mount_setattr,
    SYS_move_mount,
    SYS_open_tree,
    467 /* open_tree_attr */,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    457 /* statmount */,
    458 /* listmount */,
    470 /* listns */,
    SYS_setns,
    SYS_unshare,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_fanotify_init,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_vmsplice,
    SYS_memfd_secret,
    SYS_modify_ldt,
    SYS_mbind,
    SYS_get_mempolicy,
    SYS_set_mempolicy,
    SYS_set_mempolicy_home_node,
    SYS_migrate_pages,
    SYS_move_pages,
    SYS_lookup_dcookie,
    SYS_nfsservctl,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS__sysctl,
    460 /* lsm_set_self_attr */,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_create_module,
    SYS_query_module,
    SYS_get_kernel_syms,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_syslog,
    SYS_iopl,
    SYS_ioperm,
    SYS_vhangup,
    SYS_settimeofday,
    SYS_adjtimex,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_quotactl,
    SYS_quotactl_fd,
};

// The same in the host's namespaces.
static const int refused_there[] = {
    SYS_shmget,
    SYS_shmat,
    SYS_semget,
    SYS_msgget,
    SYS_mq_open,
    SYS_mq_unlink,
    SYS_truncate,
    SYS_chmod,
    SYS_fchmod,
    SYS_fchmodat,
    452 /* fchmodat2 */,
    SYS_chown,
    SYS_lchown,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    463 /* setxattrat */,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    466 /* removexattrat */,
    469 /* file_setattr */,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
};

static bool has_number(const int *list, size_t count, int number) {
    for (size_t index = 0; index < count; index++)
        if (list[index] == number) return true;
    return false;
}

Test(sandbox_filter, ways_into_the_kernel_and_to_other_processes_are_closed) {
    struct sandbox_filter filter = filter_of(true);
    const struct expectation by_argument[] = {
        {"typing into a terminal", SYS_ioctl, {0, TIOCSTI}, EPERM},
        {"... upper half set", SYS_ioctl, {0, (1ULL << 32) | TIOCSTI}, EPERM},
        {"the size of a terminal", SYS_ioctl, {0, TIOCGWINSZ}, 0},
        {"another personality", SYS_personality, {0x0400000}, EPERM},
        {"own limits", SYS_prlimit64, {0, 7}, 0},
        {"limits of others", SYS_prlimit64, {4711, 7}, EPERM},
    };

    for (int number = 0; number < CALL_COUNT; number++)
        cr_expect(eq(int, verdict(&filter, number, 0, 0, 0, 0) == EPERM,
                     has_number(refused, COUNT_OF(refused), number)),
                  "call %d", number);
    expect(&filter, by_argument, COUNT_OF(by_argument));
}

Test(sandbox_filter, what_a_jvm_does_is_allowed) {
    struct sandbox_filter filter = filter_of(false);
    static const int allowed[] = {SYS_read,
                                  SYS_write,
                                  SYS_openat,
                                  SYS_mmap,
                                  SYS_futex,
                                  SYS_epoll_wait,
                                  SYS_connect,
                                  SYS_accept4,
                                  SYS_eventfd2,
                                  SYS_memfd_create,
                                  SYS_execve,
                                  SYS_kill,
                                  SYS_sched_getaffinity,
                                  SYS_statx,
                                  SYS_fallocate,
                                  SYS_mknodat};

    for (size_t index = 0; index < COUNT_OF(allowed); index++)
        cr_expect(eq(int, verdict(&filter, allowed[index], 0, 0, 0, 0), 0), "call %d",
                  allowed[index]);
}

Test(sandbox_filter, without_namespaces_shared_memory_and_attributes_of_files_are_closed) {
    struct sandbox_filter without = filter_of(false);
    const struct expectation by_argument[] = {
        {"times by a path", SYS_utimensat, {(uint64_t)AT_FDCWD, A_POINTER}, EPERM},
        {"times of what is open", SYS_utimensat, {3, 0}, 0},
        {"flags of what is open", SYS_ioctl, {3, FS_IOC_SETFLAGS}, EPERM},
        {"a project of what is open", SYS_ioctl, {3, FS_IOC_FSSETXATTR}, EPERM},
        {"which flags", SYS_ioctl, {3, FS_IOC_GETFLAGS}, 0},
        {"the length of what is open", SYS_ftruncate, {3, 0}, 0},
    };

    for (int number = 0; number < CALL_COUNT; number++)
        cr_expect(eq(int, verdict(&without, number, 0, 0, 0, 0) == EPERM,
                     has_number(refused, COUNT_OF(refused), number) ||
                         has_number(refused_there, COUNT_OF(refused_there), number)),
                  "call %d", number);
    expect(&without, by_argument, COUNT_OF(by_argument));
}

Test(sandbox_filter, files_of_the_host_are_opened_only_in_ways_that_landlock_controls) {
    struct sandbox_filter with = filter_of(true);
    struct sandbox_filter without = filter_of(false);
    const struct expectation list[] = {
        {"reading", SYS_openat, {3, A_POINTER, O_RDONLY | O_CLOEXEC}, 0},
        {"writing from the start", SYS_openat, {3, A_POINTER, O_WRONLY | O_CREAT | O_TRUNC}, 0},
        {"writing and reading from the start", SYS_open, {A_POINTER, O_RDWR | O_TRUNC}, 0},
        {"a path only", SYS_open, {A_POINTER, O_PATH}, 0},
        {"emptying by reading", SYS_openat, {3, A_POINTER, O_RDONLY | O_TRUNC}, EPERM},
        {"... by the older call", SYS_open, {A_POINTER, O_RDONLY | O_TRUNC | O_CLOEXEC}, EPERM},
        {"neither", SYS_openat, {3, A_POINTER, O_ACCMODE}, EPERM},
        {"neither, with truncation", SYS_open, {A_POINTER, O_ACCMODE | O_TRUNC}, EPERM},
        {"by flags in memory", SYS_openat2, {3, A_POINTER, A_POINTER}, ENOSYS},
    };

    expect(&without, list, COUNT_OF(list));
    cr_assert(eq(int, verdict(&with, SYS_openat, 3, A_POINTER, O_ACCMODE, 0), 0));
    cr_assert(eq(int, verdict(&with, SYS_openat2, 3, A_POINTER, A_POINTER, 0), 0));
}

Test(sandbox_filter, calls_of_another_architecture_end_the_process) {
    struct sandbox_filter filter = filter_of(true);
    struct seccomp_data call = {.nr = 1, .arch = AUDIT_ARCH_I386};

    cr_assert(eq(u32, answer(&filter, &call), (uint32_t)SECCOMP_RET_KILL_PROCESS));
#if defined(__x86_64__)
    call = (struct seccomp_data){.nr = 0x40000000 | SYS_read, .arch = ARCHITECTURE}; // x32
    cr_assert(eq(u32, answer(&filter, &call), (uint32_t)SECCOMP_RET_KILL_PROCESS));
#endif
}

#include "runtime/fence/sandbox_filter.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/fence/sandbox_calls.h"

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

enum {
    FAMILY_LAST = 45,       // AF_MCTP; higher ones are refused as well
    PROTOCOL_LAST = 58,     // ICMPv6
    SOCKET_TYPE_MASK = 0xf, // without SOCK_CLOEXEC and SOCK_NONBLOCK
    NETLINK_ROUTING = 0,    // NETLINK_ROUTE: addresses and routes
    UPPER_LAYER = 31        // TCP_ULP
};
static const uint64_t INT_MASK = 0xffffffff;

static const uint64_t refused_clone_flags[] = {
    CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
    CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET,
};

// They write into the terminal that kobel was started from.
static const uint64_t refused_ioctls[] = {TIOCSTI, TIOCLINUX};

// Flags of a file that is open, also for reading.
static const uint64_t attribute_ioctls[] = {FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR};

static const struct {
    int call;
    unsigned flags_argument;
} opening_calls[] = {{SCMP_SYS(open), 1}, {SCMP_SYS(openat), 2}};

// Landlock controls reading and writing. Access mode 3 is neither, so it opens any file; and before
// Linux 6.2 Landlock does not control O_TRUNC.
static const uint64_t refused_openings[] = {O_ACCMODE, O_RDONLY | O_TRUNC};

// These can open a connection (MSG_FASTOPEN), and Landlock controls connect() only.
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

static bool refuse_calls(scmp_filter_ctx filter, const struct sandbox_calls *calls) {
    for (size_t index = 0; index < calls->count; index++)
        if (!refuse(filter, EPERM, calls->numbers[index])) return false;
    return true;
}

static bool refuse_namespaces(scmp_filter_ctx filter) {
    // A filter can check the flags of clone() only; glibc falls back to it on ENOSYS.
    if (!refuse(filter, ENOSYS, SCMP_SYS(clone3))) return false;
    for (size_t index = 0; index < COUNT_OF(refused_clone_flags); index++) {
        uint64_t flag = refused_clone_flags[index];
        if (!refuse_if(filter, EPERM, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)))
            return false;
    }
    return true;
}

// The kernel reads only the lower 32 bits of the number.
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
           // Of another process of the same user.
           refuse_if(filter, EPERM, SCMP_SYS(prlimit64), SCMP_A0(SCMP_CMP_NE, 0, 0));
}

static bool refuse_type(scmp_filter_ctx filter, int call, uint64_t type) {
    return refuse_if(filter, EPROTONOSUPPORT, call,
                     SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK, type));
}

// Protocols above a connection within the kernel (TLS, and others that load a module), which had
// many faults. Programs do without them, as on a kernel that has none.
static bool refuse_upper_layers(scmp_filter_ctx filter) {
    const struct scmp_arg_cmp upper_layer[] = {SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, IPPROTO_TCP),
                                               SCMP_A2(SCMP_CMP_MASKED_EQ, INT_MASK, UPPER_LAYER)};

    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOPROTOOPT), SCMP_SYS(setsockopt),
                                  COUNT_OF(upper_layer), upper_layer) == 0;
}

// Unix sockets lead to services of the user and of the host (D-Bus, Docker), and a filter cannot
// see their paths. A JVM needs only pairs, which have no other end as long as they are streams. TCP
// within another protocol (MPTCP, SMC) is not subject to Landlock's ports. DCCP and SCTP are
// refused by their types, which select them without a protocol number.
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
            // O_ACCMODE with or without O_TRUNC.
            uint64_t mask = O_ACCMODE | (flags & O_TRUNC);
            if (!refuse_if(filter, EPERM, opening_calls[call].call,
                           SCMP_CMP64(opening_calls[call].flags_argument, SCMP_CMP_MASKED_EQ, mask,
                                      flags)))
                return false;
        }
    // A filter cannot see its flags, which are in memory. Programs fall back on ENOSYS.
    return refuse(filter, ENOSYS, SCMP_SYS(openat2));
}

// Files are the host's here.
static bool refuse_on_host(scmp_filter_ctx filter) {
    return refuse_calls(filter, &sandbox_calls_refused_on_host) &&
           // Allowed without a path, for an open file: a JVM does that when it copies one.
           refuse_if(filter, EPERM, SCMP_SYS(utimensat), SCMP_A1(SCMP_CMP_NE, 0, 0)) &&
           refuse_ioctls(filter, attribute_ioctls, COUNT_OF(attribute_ioctls)) &&
           refuse_openings(filter);
}

static bool add_rules(scmp_filter_ctx filter, bool has_namespaces) {
    return refuse_calls(filter, &sandbox_calls_refused) &&
           (has_namespaces || refuse_on_host(filter)) && refuse_namespaces(filter) &&
           refuse_by_argument(filter) && refuse_sockets(filter) && refuse_upper_layers(filter);
}

// Calls of other architectures (32 bits, x32) have other numbers: they kill the process.
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

    if (fd < 0) return error_system(err, errno, "allocate memory for the seccomp filter");
    if (!build(fd, has_namespaces) || lseek(fd, 0, SEEK_SET) != 0)
        return error_set(err, ERROR_SYSTEM, "the seccomp filter cannot be built");
    ssize_t got = read(fd, filter.program, sizeof filter.program);
    if (got <= 0 || (size_t)got == sizeof filter.program)
        return error_set(err, ERROR_SYSTEM, "the seccomp filter is too long");
    filter.size_bytes = (size_t)got;
    *out_filter = filter;
    return true;
}

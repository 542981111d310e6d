#include "launcher/landlock.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/landlock_interface.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// From linux/landlock.h, of which Debian 12 has the first two interfaces only.
enum {
    INTERFACE_REFER = 2,
    INTERFACE_TRUNCATE,
    INTERFACE_PORTS,
    INTERFACE_IOCTL,
    INTERFACE_SCOPES
};
enum { RULE_PATH = 1, RULE_PORT = 2 };
static const uint64_t ACCESS_EXECUTE = 1U << 0;
static const uint64_t ACCESS_WRITE_FILE = 1U << 1;
static const uint64_t ACCESS_READ_FILE = 1U << 2;
static const uint64_t ACCESS_READ_DIRECTORY = 1U << 3;
static const uint64_t ACCESS_FIRST_13 = (1U << 13) - 1;
static const uint64_t ACCESS_REFER = 1U << 13;
static const uint64_t ACCESS_TRUNCATE = 1U << 14;
static const uint64_t ACCESS_IOCTL = 1U << 15;
static const uint64_t PORT_BIND = 1U << 0;
static const uint64_t PORT_CONNECT = 1U << 1;
static const uint64_t SCOPE_ABSTRACT_SOCKETS = 1U << 0;
static const uint64_t SCOPE_SIGNALS = 1U << 1;

struct ruleset {
    uint64_t files;
    uint64_t ports;
    uint64_t scopes;
};

struct path_rule {
    uint64_t allowed;
    int32_t directory_fd;
} __attribute__((packed));

struct port_rule {
    uint64_t allowed;
    uint64_t port;
};

static uint64_t file_accesses(int interface) {
    uint64_t accesses = ACCESS_FIRST_13;

    if (interface >= INTERFACE_REFER) accesses |= ACCESS_REFER;
    if (interface >= INTERFACE_TRUNCATE) accesses |= ACCESS_TRUNCATE;
    if (interface >= INTERFACE_IOCTL) accesses |= ACCESS_IOCTL;
    return accesses;
}

// An older kernel refuses the members that it does not know.
static size_t ruleset_size(int interface) {
    if (interface >= INTERFACE_SCOPES) return sizeof(struct ruleset);
    return interface >= INTERFACE_PORTS ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

// --- rules ---

// A missing path needs no rule.
static bool allow_path(int ruleset, const char *path, uint64_t accesses, struct error *err) {
    const uint64_t of_files =
        ACCESS_EXECUTE | ACCESS_WRITE_FILE | ACCESS_READ_FILE | ACCESS_TRUNCATE | ACCESS_IOCTL;
    AUTO(file_close) int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat entry;

    if (fd < 0) return errno == ENOENT || error_system(err, errno, "open '%s'", path);
    if (fstat(fd, &entry) < 0) return error_system(err, errno, "stat '%s'", path);
    struct path_rule rule = {.allowed = S_ISDIR(entry.st_mode) ? accesses : accesses & of_files,
                             .directory_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0) == 0) return true;
    return error_system(err, errno, "allow '%s'", path);
}

static bool allow_paths(int ruleset, const struct orders *orders, uint64_t all, struct error *err) {
    const uint64_t reading = ACCESS_EXECUTE | ACCESS_READ_FILE | ACCESS_READ_DIRECTORY;

    for (size_t index = 0; index < orders->readable_count; index++)
        if (!allow_path(ruleset, orders->readable[index], reading, err)) return false;
    for (size_t index = 0; index < orders->writable_count; index++)
        if (!allow_path(ruleset, orders->writable[index], all, err)) return false;
    return true;
}

static bool holds(const struct port_range *range, uint32_t port) {
    return port >= range->first && port <= range->last;
}

// Everything without a rule is closed, and a rule allows one port: this adds some sixty thousand,
// in 65 ms. Landlock has no ranges.
static bool allow_ports(int ruleset, const struct orders *orders, struct error *err) {
    for (uint32_t port = 0; port <= UINT16_MAX; port++) {
        bool is_served = port != 0 && port == orders->served_port;
        if (holds(&orders->closed_ports, port) && !holds(&orders->own_ports, port) && !is_served)
            continue;
        // Otherwise a job could listen there on another address and answer for "localhost".
        if (port != 0 && port == orders->closed_port) continue;
        struct port_rule rule = {.allowed = PORT_CONNECT | (is_served ? 0 : PORT_BIND),
                                 .port = port};
        if (syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) != 0)
            return error_system(err, errno, "allow port %u", port);
    }
    return true;
}

bool landlock_close(const struct orders *orders, struct error *err) {
    bool has_paths = orders->readable_count + orders->writable_count > 0;
    int interface = landlock_interface();
    bool has_ports = orders->closed_ports.first != 0 && interface >= INTERFACE_PORTS;
    struct ruleset ruleset = {0};

    if (has_paths && interface < 1)
        return error_set(err, ERROR_UNAVAILABLE, "the kernel has no Landlock");
    if (!has_paths && !has_ports) return true;
    if (has_paths) ruleset.files = file_accesses(interface);
    if (has_ports) ruleset.ports = PORT_BIND | PORT_CONNECT;
    if (interface >= INTERFACE_SCOPES) ruleset.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
    AUTO(file_close)
    int fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, ruleset_size(interface), 0);
    if (fd < 0) return error_system(err, errno, "make a Landlock ruleset");
    if (has_paths && !allow_paths(fd, orders, ruleset.files, err)) return false;
    if (has_ports && !allow_ports(fd, orders, err)) return false;
    if (syscall(SYS_landlock_restrict_self, fd, 0) == 0) return true;
    return error_system(err, errno, "close files and ports");
}

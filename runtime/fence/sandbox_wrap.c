// The command lines of the sandbox levels: kobel-launch, and bubblewrap behind it.
#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/fence/sandbox.h"

#include <string.h>
#include <unistd.h>

static const char BWRAP[] = "/usr/bin/bwrap";

// Read by a JDK, by name resolution and by TLS, on Debian, Alpine, SUSE and Fedora. Only the public
// certificates: a daemon that runs as root could also read the private keys beside them. Of /usr
// only what packages install: /usr/local/etc has configuration of the host's services.
static const char *const system_files[] = {"/usr/bin",
                                           "/usr/sbin",
                                           "/usr/lib",
                                           "/usr/lib32",
                                           "/usr/lib64",
                                           "/usr/libexec",
                                           "/usr/share",
                                           "/usr/local/bin",
                                           "/usr/local/lib",
                                           "/usr/local/lib64",
                                           "/usr/local/share",
                                           "/etc/java-11-openjdk",
                                           "/etc/java-17-openjdk",
                                           "/etc/java",
                                           "/etc/ssl/certs",
                                           "/etc/ssl/cert.pem",
                                           "/etc/ssl/ca-bundle.pem",
                                           "/etc/ssl/openssl.cnf",
                                           "/etc/ca-certificates",
                                           "/var/lib/ca-certificates",
                                           "/etc/pki/ca-trust",
                                           "/etc/pki/java",
                                           "/etc/pki/tls/cert.pem",
                                           "/etc/pki/tls/certs",
                                           "/etc/pki/tls/openssl.cnf",
                                           "/etc/crypto-policies",
                                           "/etc/resolv.conf",
                                           "/etc/nsswitch.conf",
                                           "/etc/localtime"};

// Links as on a merged-/usr system, which is every Debian since 12.
static const char *const merged_links[][2] = {
    {"usr/bin", "/bin"}, {"usr/sbin", "/sbin"}, {"usr/lib", "/lib"}, {"usr/lib64", "/lib64"}};

// Without namespaces these are the host's, instead of those that bubblewrap makes. pip ends where
// one of the last two is there and cannot be read.
static const char *const scoped_files[] = {"/bin",
                                           "/sbin",
                                           "/lib",
                                           "/lib64",
                                           "/etc/hosts",
                                           "/etc/passwd",
                                           "/etc/ld.so.cache",
                                           "/etc/mime.types",
                                           "/etc/debian_version"};
static const char *const scoped_devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                             "/dev/urandom"};

// Parts of the host's /proc and /sys about the process itself and about the machine.
static const char *const machine_files[] = {"/proc/self",
                                            "/proc/cpuinfo",
                                            "/proc/meminfo",
                                            "/proc/stat",
                                            "/proc/loadavg",
                                            "/proc/uptime",
                                            "/proc/cgroups",
                                            "/proc/sys",
                                            "/proc/filesystems",
                                            "/proc/version",
                                            "/sys/devices/system/cpu",
                                            "/sys/kernel/mm/transparent_hugepage",
                                            "/sys/fs/cgroup"};

const char *const sandbox_trust_stores[] = {
    "/usr/lib/jvm/java-11-amazon-corretto/lib/security/cacerts",
    "/usr/lib/jvm/java-17-amazon-corretto/lib/security/cacerts", NULL};
static const char JVM_DIRECTORY[] = "/usr/lib/jvm";

static void add_option_of(struct argument_list *out, const char *option, const char *const *texts,
                          size_t count) {
    for (size_t index = 0; index < count; index++)
        argument_list_add_all(out, option, texts[index], NULL);
}

static size_t count_texts(const char *const *texts) {
    size_t count = 0;

    while (texts[count] != NULL)
        count++;
    return count;
}

static void add_each(struct argument_list *out, const char *option, const char *const *texts) {
    add_option_of(out, option, texts, count_texts(texts));
}

static void add_ports(struct argument_list *out, const char *option,
                      const struct sandbox_ports *block) {
    if (block->count == 0) return;
    argument_list_add(out, option);
    argument_list_add_format(out, "%u-%u", block->first, block->first + block->count - 1U);
}

// --- the launcher ---

// Added to the last launcher before the command: the limit is meant for the command, and a build
// with sanitizers could not start with one.
static void add_memory_limit(const struct sandbox_spec *spec, struct argument_list *out) {
    if (spec->data_bytes <= 0) return;
    argument_list_add(out, "--data");
    argument_list_add_format(out, "%lld", (long long)spec->data_bytes);
}

static void add_limits(const struct sandbox_spec *spec, struct argument_list *out) {
    add_each(out, "--group", spec->groups);
    if (spec->processes > 0) {
        argument_list_add(out, "--processes");
        argument_list_add_format(out, "%d", spec->processes);
    }
}

static void add_port(struct argument_list *out, const char *option, uint16_t port) {
    if (port == 0) return;
    argument_list_add(out, option);
    argument_list_add_format(out, "%u", port);
}

static void add_closed_ports(const struct sandbox_spec *spec, struct argument_list *out) {
    add_ports(out, "--closed-ports", &spec->closed_ports);
    add_ports(out, "--own-ports", &spec->own_ports);
    add_port(out, "--closed-port", spec->api_port);
    add_port(out, "--served-port", spec->s3_port);
}

static void add_scope(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                      struct argument_list *out) {
    argument_list_add(out, "--no-capabilities");
    add_option_of(out, "--read", system_files, COUNT_OF(system_files));
    add_option_of(out, "--read", scoped_files, COUNT_OF(scoped_files));
    add_option_of(out, "--read", machine_files, COUNT_OF(machine_files));
    add_option_of(out, "--write", scoped_devices, COUNT_OF(scoped_devices));
    argument_list_add_all(out, "--read", sandbox->preload, NULL);
    add_each(out, "--read", spec->read_only);
    add_each(out, "--write", spec->writable);
    if (spec->etc_flink != NULL) argument_list_add_all(out, "--read", spec->etc_flink, NULL);
    if (spec->filter_fd >= 0) {
        argument_list_add(out, "--filter");
        argument_list_add_format(out, "%d", spec->filter_fd);
    }
}

// --- bubblewrap ---

static void add_binds(struct argument_list *out, const char *option, const char *const *paths) {
    for (; *paths != NULL; paths++)
        if (file_exists(*paths)) argument_list_add_all(out, option, *paths, *paths, NULL);
}

static void add_system(struct argument_list *out) {
    for (size_t index = 0; index < COUNT_OF(system_files); index++)
        if (file_exists(system_files[index]))
            argument_list_add_all(out, "--ro-bind-try", system_files[index], system_files[index],
                                  NULL);
    for (size_t index = 0; index < COUNT_OF(merged_links); index++)
        argument_list_add_all(out, "--symlink", merged_links[index][0], merged_links[index][1],
                              NULL);
}

static void add_namespaces(const struct sandbox *sandbox, struct argument_list *out) {
    argument_list_add_all(out, BWRAP, "--unshare-user", "--unshare-pid", "--unshare-ipc",
                          "--unshare-uts", "--uid", "1000", "--gid", "1000", "--die-with-parent",
                          "--new-session", "--cap-drop", "ALL", NULL);
    if (sandbox->closes_user_namespaces) argument_list_add(out, "--disable-userns");
    if (sandbox->level == SANDBOX_FULL)
        // Read-only: root could write to /proc/sys (core_pattern leads out of the sandbox), and
        // bubblewrap covers only the files that it thinks writable.
        argument_list_add_all(out, "--hostname", "kobel", "--proc", "/proc", "--remount-ro",
                              "/proc", NULL);
    else
        argument_list_add_all(out, "--ro-bind", "/proc", "/proc", NULL);
}

// Files here are memory that RLIMIT_DATA does not count; without a size they may use half of the
// machine's memory. So no other place is writable: /dev is remounted read-only, and / at the end.
static void add_temporary(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                          struct argument_list *out) {
    static const char *const places[] = {"/dev/shm", "/tmp"};

    argument_list_add_all(out, "--dev", "/dev", NULL);
    for (size_t index = 0; index < COUNT_OF(places); index++) {
        if (sandbox->limits_temporary_files && spec->temporary_bytes > 0) {
            argument_list_add(out, "--size");
            argument_list_add_format(out, "%lld", (long long)spec->temporary_bytes);
        }
        argument_list_add_all(out, "--tmpfs", places[index], NULL);
    }
    argument_list_add_all(out, "--remount-ro", "/dev", NULL);
}

// /usr/lib is the host's and read-only: another directory covers the one of its JVMs. The JVM that
// is used is mounted into it afterwards.
static void add_trust_stores(const char *trust_store, struct argument_list *out) {
    if (trust_store == NULL || !file_is_directory(JVM_DIRECTORY)) return;
    argument_list_add_all(out, "--tmpfs", JVM_DIRECTORY, NULL);
    for (const char *const *path = sandbox_trust_stores; *path != NULL; path++)
        argument_list_add_all(out, "--symlink", trust_store, *path, NULL);
}

// bubblewrap follows the order of its options: the system first, then what is mounted into it.
static void add_bubblewrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                           struct argument_list *out) {
    add_namespaces(sandbox, out);
    add_system(out);
    add_trust_stores(spec->trust_store, out);
    add_temporary(sandbox, spec, out);
    if (spec->hosts_file != NULL)
        argument_list_add_all(out, "--ro-bind", spec->hosts_file, "/etc/hosts", NULL);
    if (spec->passwd_file != NULL)
        argument_list_add_all(out, "--ro-bind", spec->passwd_file, "/etc/passwd", NULL);
    if (spec->etc_flink != NULL)
        argument_list_add_all(out, "--ro-bind", spec->etc_flink, "/etc/flink", NULL);
    if (spec->shown_later != NULL)
        argument_list_add_all(out, "--bind", spec->shown_later, SANDBOX_LATER, NULL);
    add_binds(out, "--ro-bind", spec->read_only);
    add_binds(out, "--bind", spec->writable);
    if (spec->filter_fd >= 0) {
        argument_list_add(out, "--seccomp");
        argument_list_add_format(out, "%d", spec->filter_fd);
    }
    if (spec->trust_store != NULL && file_is_directory(JVM_DIRECTORY))
        argument_list_add_all(out, "--remount-ro", JVM_DIRECTORY, NULL);
    if (spec->directory != NULL) argument_list_add_all(out, "--chdir", spec->directory, NULL);
}

// --- the host's /proc within namespaces ---

static void add_top_directory(struct argument_list *out, const char *path) {
    char top[FILE_PATH_MAX];

    (void)text_format(top, sizeof top, "%.*s", 1 + (int)strcspn(path + 1, "/"), path);
    argument_list_add_all(out, "--write", top, NULL);
}

static void add_top_directories(struct argument_list *out, const char *const *paths) {
    for (; *paths != NULL; paths++)
        if (file_exists(*paths)) add_top_directory(out, *paths);
}

// A second launcher inside the namespaces: all that bubblewrap shows, now or later, is open to it,
// but of /proc only the process's own part and the machine's. The first launcher cannot do this,
// because bubblewrap does not work behind such a fence.
static void add_closed_proc(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                            struct argument_list *out) {
    static const char *const shown[] = {"/usr", "/etc", "/var", "/tmp", "/dev", NULL};

    argument_list_add_all(out, sandbox->launcher, NULL);
    add_each(out, "--write", shown);
    if (spec->shown_later != NULL) {
        argument_list_add_all(out, "--write", SANDBOX_LATER, NULL);
        add_top_directory(out, spec->shown_later);
    }
    add_top_directories(out, spec->read_only);
    add_top_directories(out, spec->writable);
    add_option_of(out, "--read", machine_files, COUNT_OF(machine_files));
    add_memory_limit(spec, out);
    argument_list_add(out, "--");
}

// --- the command line ---

static bool closes_proc(const struct sandbox *sandbox) {
    return sandbox->level == SANDBOX_CONTAINED && sandbox->landlock > 0;
}

void sandbox_wrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                  struct argument_list *out) {
    argument_list_add_all(out, sandbox->launcher, "--parent", NULL);
    argument_list_add_format(out, "%d", (int)getpid());
    // With namespaces the kernel kills what is left when their first process ends.
    if (!sandbox_has_namespaces(sandbox->level)) argument_list_add(out, "--keep");
    add_limits(spec, out);
    if (!closes_proc(sandbox)) add_memory_limit(spec, out);
    if (sandbox_closes_ports(sandbox)) add_closed_ports(spec, out);
    if (sandbox->level == SANDBOX_SCOPED) add_scope(sandbox, spec, out);
    if (!sandbox_has_namespaces(sandbox->level)) {
        argument_list_add_all(out, "--preload", sandbox->preload, NULL);
        if (spec->directory != NULL)
            argument_list_add_all(out, "--directory", spec->directory, NULL);
        argument_list_add(out, "--");
        return;
    }
    argument_list_add(out, "--");
    add_bubblewrap(sandbox, spec, out);
    if (closes_proc(sandbox))
        argument_list_add_all(out, "--ro-bind", sandbox->launcher, sandbox->launcher, NULL);
    // Otherwise sandbox_show() has to make directories first.
    if (spec->shown_later == NULL) argument_list_add_all(out, "--remount-ro", "/", NULL);
    argument_list_add(out, "--");
    if (closes_proc(sandbox)) add_closed_proc(sandbox, spec, out);
}

void sandbox_show(const struct sandbox *sandbox, pid_t pid, const char *shown_later,
                  const char *const *paths, struct argument_list *out) {
    argument_list_add_all(out, sandbox->launcher, "--enter", NULL);
    argument_list_add_format(out, "%d", (int)pid);
    for (; *paths != NULL; paths++) {
        argument_list_add(out, "--show");
        argument_list_add_format(out, "%s%s", SANDBOX_LATER, *paths + strlen(shown_later));
        argument_list_add(out, *paths);
    }
    argument_list_add_all(out, "--hide", SANDBOX_LATER, NULL);
}

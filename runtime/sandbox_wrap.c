// The command lines of the sandbox levels: kobel-launch, and bubblewrap behind it.
#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/sandbox.h"

#include <string.h>
#include <unistd.h>

static const char BWRAP[] = "/usr/bin/bwrap";

// What a JDK, name resolution and TLS read.
static const char *const system_files[] = {"/etc/java-17-openjdk", "/etc/ssl",
                                           "/etc/ca-certificates", "/etc/resolv.conf",
                                           "/etc/nsswitch.conf",   "/etc/localtime"};

// Without namespaces the host's own are seen instead of those that bubblewrap makes.
static const char *const scoped_files[] = {"/usr",
                                           "/bin",
                                           "/lib",
                                           "/lib64",
                                           "/etc/ld.so.cache",
                                           "/etc/hosts",
                                           "/etc/passwd",
                                           "/proc/self",
                                           "/proc/cpuinfo",
                                           "/proc/meminfo",
                                           "/proc/stat",
                                           "/proc/cgroups",
                                           "/proc/sys",
                                           "/proc/filesystems",
                                           "/proc/version",
                                           "/sys/devices/system/cpu",
                                           "/sys/kernel/mm/transparent_hugepage",
                                           "/sys/fs/cgroup"};
static const char *const scoped_devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                             "/dev/urandom"};

static void add_each(struct argument_list *out, const char *option, const char *const *texts) {
    for (; *texts != NULL; texts++)
        argument_list_add_all(out, option, *texts, NULL);
}

static void add_ports(struct argument_list *out, const char *option,
                      const struct port_block *block) {
    if (block->count == 0) return;
    argument_list_add(out, option);
    argument_list_add_format(out, "%u-%u", block->first, block->first + block->count - 1U);
}

// --- the launcher ---

static void add_limits(const struct sandbox_spec *spec, struct argument_list *out) {
    add_each(out, "--group", spec->groups);
    if (spec->data_bytes > 0) {
        argument_list_add(out, "--data");
        argument_list_add_format(out, "%lld", (long long)spec->data_bytes);
    }
    if (spec->processes > 0) {
        argument_list_add(out, "--processes");
        argument_list_add_format(out, "%d", spec->processes);
    }
}

static void add_closed_ports(const struct sandbox_spec *spec, struct argument_list *out) {
    add_ports(out, "--closed-ports", &spec->closed_ports);
    add_ports(out, "--own-ports", &spec->own_ports);
    if (spec->api_port == 0) return;
    argument_list_add(out, "--closed-port");
    argument_list_add_format(out, "%u", spec->api_port);
}

static void add_scope(const struct sandbox_spec *spec, struct argument_list *out) {
    argument_list_add(out, "--no-capabilities");
    for (size_t index = 0; index < COUNT_OF(system_files); index++)
        argument_list_add_all(out, "--read", system_files[index], NULL);
    for (size_t index = 0; index < COUNT_OF(scoped_files); index++)
        argument_list_add_all(out, "--read", scoped_files[index], NULL);
    for (size_t index = 0; index < COUNT_OF(scoped_devices); index++)
        argument_list_add_all(out, "--write", scoped_devices[index], NULL);
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
    // Links as on a merged-/usr system, which is every Debian since 12.
    argument_list_add_all(out, "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
                          "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", NULL);
    for (size_t index = 0; index < COUNT_OF(system_files); index++)
        argument_list_add_all(out, "--ro-bind-try", system_files[index], system_files[index], NULL);
}

static void add_namespaces(const struct sandbox_spec *spec, struct argument_list *out) {
    // The order of bubblewrap's options is the order of its acts: the system first, what lies in it
    // afterwards.
    argument_list_add_all(out, BWRAP, "--unshare-user", "--unshare-pid", "--unshare-ipc",
                          "--unshare-uts", "--hostname", "kobel", "--uid", "1000", "--gid", "1000",
                          "--die-with-parent", "--new-session", "--cap-drop", "ALL", NULL);
    add_system(out);
    argument_list_add_all(out, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", NULL);
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
    if (spec->directory != NULL) argument_list_add_all(out, "--chdir", spec->directory, NULL);
    argument_list_add(out, "--");
}

// --- both ---

void sandbox_wrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                  struct argument_list *out) {
    argument_list_add_all(out, sandbox->launcher, "--parent", NULL);
    argument_list_add_format(out, "%d", (int)getpid());
    add_limits(spec, out);
    if (sandbox->closes_ports) add_closed_ports(spec, out);
    if (sandbox->level == SANDBOX_SCOPED) add_scope(spec, out);
    argument_list_add(out, "--");
    if (sandbox->level == SANDBOX_FULL) add_namespaces(spec, out);
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

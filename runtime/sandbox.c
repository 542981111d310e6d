#include "runtime/sandbox.h"

#include "base/file.h"
#include "base/text.h"
#include "runtime/process.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

static const char BWRAP[] = "/usr/bin/bwrap";
static const char SETPRIV[] = "/usr/bin/setpriv";

static const char *const level_names[SANDBOX_LEVEL_COUNT] = {
    [SANDBOX_FULL] = "full",
    [SANDBOX_SCOPED] = "scoped",
    [SANDBOX_NONE] = "none",
};

const char *sandbox_level_name(enum sandbox_level level) {
    return level_names[level];
}

// --- the filter ---

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

// --- the command line ---

static void add_binds(struct argument_list *out, const char *option, const char *const *paths) {
    for (; *paths != NULL; paths++)
        if (file_exists(*paths)) argument_list_add_all(out, option, *paths, *paths, NULL);
}

static void add_system(struct argument_list *out) {
    // Links as on a merged-/usr system, which is every Debian since 12.
    argument_list_add_all(out, "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
                          "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", NULL);
    // What a JDK, name resolution and TLS read.
    static const char *const files[] = {"/etc/java-17-openjdk", "/etc/ssl",
                                        "/etc/ca-certificates", "/etc/resolv.conf",
                                        "/etc/nsswitch.conf",   "/etc/localtime"};
    for (size_t index = 0; index < COUNT_OF(files); index++)
        argument_list_add_all(out, "--ro-bind-try", files[index], files[index], NULL);
}

static void wrap_full(const struct sandbox_spec *spec, int seccomp_fd, struct argument_list *out) {
    // bubblewrap asks for --die-with-parent only after its namespaces are made.
    argument_list_add_all(out, SETPRIV, "--pdeathsig", "KILL", "--", BWRAP, NULL);
    // The order of bubblewrap's options is the order of its acts: the system first, what lies in it
    // afterwards.
    argument_list_add_all(out, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
                          "--hostname", "kobel", "--uid", "1000", "--gid", "1000",
                          "--die-with-parent", "--new-session", "--cap-drop", "ALL", NULL);
    add_system(out);
    argument_list_add_all(out, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", NULL);
    if (spec->hosts_file != NULL)
        argument_list_add_all(out, "--ro-bind", spec->hosts_file, "/etc/hosts", NULL);
    if (spec->passwd_file != NULL)
        argument_list_add_all(out, "--ro-bind", spec->passwd_file, "/etc/passwd", NULL);
    if (spec->etc_flink != NULL)
        argument_list_add_all(out, "--ro-bind", spec->etc_flink, "/etc/flink", NULL);
    add_binds(out, "--ro-bind", spec->read_only);
    add_binds(out, "--bind", spec->writable);
    if (seccomp_fd >= 0) {
        argument_list_add(out, "--seccomp");
        argument_list_add_format(out, "%d", seccomp_fd);
    }
    if (spec->directory != NULL) argument_list_add_all(out, "--chdir", spec->directory, NULL);
    argument_list_add(out, "--");
}

void sandbox_wrap(enum sandbox_level level, const struct sandbox_spec *spec, int seccomp_fd,
                  struct argument_list *out) {
    if (level == SANDBOX_FULL)
        wrap_full(spec, seccomp_fd, out);
    else
        argument_list_add_all(out, SETPRIV, "--pdeathsig", "KILL", "--", NULL);
}

// --- choosing ---

static bool try_full(struct error *err) {
    static const char *const environment[] = {NULL};
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(file_close) int fd = -1;
    struct sandbox_spec nothing = {0};

    if (!file_exists(BWRAP))
        return error_set(err, ERROR_UNAVAILABLE,
                         "sandbox 'full' needs bubblewrap: install the Debian package bubblewrap");
    if (!sandbox_open_filter(&fd, err)) return false;
    int kept[] = {fd, -1};
    wrap_full(&nothing, fd, &arguments);
    argument_list_add(&arguments, "/usr/bin/true");
    struct process_spec spec = {
        .arguments = argument_list_items(&arguments), .environment = environment, .kept_fds = kept};
    if (process_run_and_wait(&spec, err)) return true;
    return error_set(err, ERROR_UNAVAILABLE,
                     "sandbox 'full' does not work here: bubblewrap cannot make its namespaces "
                     "(are user namespaces allowed?)");
}

bool sandbox_choose(const char *wanted, enum sandbox_level *out_level, struct error *err) {
    if (text_equal(wanted, "none")) {
        *out_level = SANDBOX_NONE;
        return true;
    }
    if (text_equal(wanted, "scoped"))
        return error_set(err, ERROR_UNAVAILABLE, "sandbox 'scoped' is not available yet");
    if (!text_equal(wanted, "auto") && !text_equal(wanted, "full"))
        return error_set(err, ERROR_INVALID,
                         "unknown sandbox level '%s': auto, full, scoped or none", wanted);
    if (!try_full(err)) {
        if (text_equal(wanted, "auto"))
            return error_prefix(err, "no sandbox works; --sandbox none runs applications without "
                                     "one");
        return false;
    }
    *out_level = SANDBOX_FULL;
    return true;
}

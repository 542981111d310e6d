#include "runtime/local/cluster_process.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/host/orphans.h"
#include "runtime/host/process.h"
#include "runtime/local/end_reason.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const size_t CONF_MAX_BYTES = 65536;
static const size_t HOSTS_MAX_BYTES = (size_t)4 << 20;
enum { TAIL_BYTES = 8192 };
// A JVM with Flink has 60 to 100 threads, and a slot some ten of them.
enum { PIDS_MAX = 512, PIDS_A_SLOT = 64 };
// Counted over all processes of a user, kobel's own and others' included.
enum { USER_PROCESSES_MAX = 4096 };
static const int64_t RESERVED_BYTES = (int64_t)1 << 30;

struct member {
    struct cluster_processes *owner;
    struct process *process;
    struct cgroup group;
    char name[32];
};

struct cluster_processes {
    const struct launch_spec *spec;
    const struct workspace_paths *paths;
    struct port_pool *pool;
    struct port_block block;
    struct cluster_ports ports;
    char rest_url[32];
    char instance[JOB_CONF_INSTANCE_SIZE];
    struct member *members;
    size_t count;
    bool is_lost;
    bool has_clashed;
    bool is_jobmanager_exit;
    struct cluster_processes **leaving; // the list that it is on; NULL = it is still wanted
    struct cluster_processes *next_leaving;
    void (*on_lost)(void *userdata, const char *reason);
    void *userdata;
};

uint16_t cluster_processes_rest_port(const struct cluster_processes *processes) {
    return processes->ports.rest;
}

const char *cluster_processes_rest_url(const struct cluster_processes *processes) {
    return processes->rest_url;
}

const struct port_block *cluster_processes_ports(const struct cluster_processes *processes) {
    return &processes->block;
}

const char *cluster_processes_instance(const struct cluster_processes *processes) {
    return processes->instance;
}

bool cluster_processes_have_clashed(const struct cluster_processes *processes) {
    return processes->has_clashed;
}

bool cluster_processes_jobmanager_exited(const struct cluster_processes *processes) {
    return processes->is_jobmanager_exit;
}

int cluster_processes_count(const struct cluster_processes *processes) {
    return (int)processes->count;
}

pid_t cluster_processes_pid(const struct cluster_processes *processes, int index) {
    return process_pid(processes->members[index].process);
}

// --- configuration ---

// In the directory of the cluster, which ends with the daemon: nothing here waits for the disk.
static bool write_file(const struct workspace_paths *paths, const char *directory, const char *name,
                       const char *text, struct error *err) {
    char relative[80];

    (void)text_format(relative, sizeof relative, "%s/%s", directory, name);
    return file_write_inside(paths->cluster, relative, text, strlen(text), 0644, err);
}

// Flink asks for its own host's name: "kobel", or the machine's where the sandbox has no other.
// Behind it the host's own lines as they are now: names of brokers and of other containers.
static bool write_hosts(const struct workspace_paths *paths, struct error *err) {
    AUTO(buffer_release) struct buffer hosts = BUFFER_INIT(HOSTS_MAX_BYTES);
    AUTO(buffer_release) struct buffer of_host = BUFFER_INIT(HOSTS_MAX_BYTES);
    char name[256] = "";
    struct error unreadable;

    (void)gethostname(name, sizeof name - 1);
    (void)buffer_append_format(&hosts, "127.0.0.1 localhost kobel %s\n", name);
    if (file_read("/etc/hosts", &of_host, &unreadable))
        (void)buffer_append_text(&hosts, buffer_text(&of_host));
    return write_file(paths, WORKSPACE_CONF, "hosts", buffer_text(&hosts), err);
}

static bool write_configuration(const struct cluster_processes *self, int64_t heartbeat_timeout_ms,
                                struct error *err) {
    AUTO(buffer_release) struct buffer flink = BUFFER_INIT(CONF_MAX_BYTES);
    AUTO(buffer_release) struct buffer log4j = BUFFER_INIT(CONF_MAX_BYTES);
    const struct workspace_paths *paths = self->paths;

    cluster_conf_print(self->spec, self->instance, &self->ports, paths, heartbeat_timeout_ms,
                       &flink);
    cluster_conf_print_log4j(self->spec, &log4j);
    return write_file(paths, WORKSPACE_CONF, runtime_environment_conf_file(self->spec->runtime),
                      buffer_text(&flink), err) &&
           write_file(paths, WORKSPACE_CONF, "log4j.properties", buffer_text(&log4j), err) &&
           write_hosts(paths, err) &&
           write_file(paths, WORKSPACE_CONF, "passwd",
                      "flink:x:1000:1000:flink:/tmp:/usr/sbin/nologin\n", err) &&
           // Always there on the service; the submission fills it.
           write_file(paths, WORKSPACE_ETC, WORKSPACE_PROPERTIES, "[]", err);
}

// --- limits ---

// What a process was promised is what it is meant to use; a quarter more is for what cannot be
// planned: the JVM's own memory, the pages of its files, /tmp.
static struct cgroup_limits limits_of(const struct launch_spec *spec, const char *name) {
    const struct cluster_size *size = &spec->size;
    bool is_jobmanager = text_equal(name, "jobmanager");
    int64_t promised =
        is_jobmanager ? cluster_size_jobmanager_bytes(size) : cluster_size_taskmanager_bytes(size);

    return (struct cgroup_limits){
        .memory_bytes = promised + promised / 4,
        .cpu_cores = is_jobmanager ? 1 : size->taskmanager.cpu_cores,
        // `dev` starts quickly by using what nobody else wants.
        .is_cpu_hard = size->profile == PROFILE_AWS,
        .pids = is_jobmanager ? PIDS_MAX : PIDS_MAX + PIDS_A_SLOT * size->taskmanager.slots,
    };
}

static bool limit(const struct cluster_processes_options *options, struct member *member,
                  struct error *err) {
    if (options->cgroups == NULL) return true;
    struct cgroup_limits limits = limits_of(options->spec, member->name);
    char name[APP_CLUSTER_ID_SIZE + sizeof member->name + 8];

    // With a port, since a cluster may be launched twice, and what has ended leaves its group a
    // moment later.
    (void)text_format(name, sizeof name, "%s-%u-%s", options->spec->cluster_id,
                      member->owner->block.first, member->name);
    return cgroup_make(options->cgroups, name, &limits, &member->group, err);
}

// --- how a process ended ---

static void read_reason(const struct member *member, const char *suffix, char *out,
                        size_t size_bytes) {
    AUTO(buffer_release) struct buffer tail = BUFFER_INIT(TAIL_BYTES);
    char name[sizeof member->name + sizeof WORKSPACE_LOG + 8];
    struct error ignored;

    out[0] = '\0';
    (void)text_format(name, sizeof name, WORKSPACE_LOG "/%s%s", member->name, suffix);
    if (!file_read_tail_inside(member->owner->paths->cluster, name, TAIL_BYTES, &tail, &ignored))
        return;
    // What begins within a line may not be taken for one.
    const char *line =
        tail.size_bytes == TAIL_BYTES ? memchr(buffer_text(&tail), '\n', TAIL_BYTES) : NULL;
    size_t skipped = line == NULL ? 0 : (size_t)(line + 1 - buffer_text(&tail));
    end_reason_find(buffer_text(&tail) + skipped, tail.size_bytes - skipped, out, size_bytes);
}

// The kernel ended it, or would have had to: that says more than any line of its log.
static bool describe_limit(const struct member *member, char *out, size_t size_bytes) {
    struct cgroup_incidents incidents = cgroup_incidents_of(&member->group);
    int64_t limit_bytes = limits_of(member->owner->spec, member->name).memory_bytes;

    if (incidents.memory_kills > 0)
        return text_format(out, size_bytes,
                           "%s was killed at its memory limit of %lld MB: what is outside the heap "
                           "(threads, native memory, /tmp) counts, too",
                           member->name, (long long)(limit_bytes >> 20));
    return false;
}

static void describe_end(const struct member *member, struct process_end end, char *out,
                         size_t size_bytes) {
    char how[40];
    char line[512];

    if (describe_limit(member, out, size_bytes)) return;
    process_end_text(end, how, sizeof how);
    read_reason(member, ".out", line, sizeof line);
    if (line[0] == '\0') read_reason(member, ".log", line, sizeof line);
    (void)text_format(out, size_bytes, "%s ended with %s%s%s", member->name, how,
                      line[0] == '\0' ? "" : ": ", line);
}

static struct port_block ports_of(const struct member *member) {
    const struct cluster_processes *self = member->owner;
    ptrdiff_t index = member - self->members;

    if (index == 0) return (struct port_block){self->ports.rest, FLINK_PORTS_JOBMANAGER};
    return (struct port_block){
        (uint16_t)(self->ports.taskmanagers + FLINK_PORTS_TASKMANAGER * (index - 1)),
        FLINK_PORTS_TASKMANAGER};
}

// Another program listens on a port of this process, which has ended and so does not. One that was
// killed may still be going.
static bool describe_clash(const struct member *member, struct process_end end, char *out,
                           size_t size_bytes) {
    struct port_block ports = ports_of(member);

    if (end.was_signalled) return false;
    for (unsigned port = ports.first; port < ports.first + (unsigned)ports.count; port++) {
        if (port_is_free((uint16_t)port)) continue;
        return text_format(out, size_bytes, "port %u of %s was taken by another program", port,
                           member->name);
    }
    return false;
}

// Not killed: bubblewrap exits with 128 and the signal of what it ran. Flink's own fatal exit is
// -17, which is what System.exit() in main() becomes, too.
static bool is_own_exit(struct process_end end) {
    return !end.was_signalled && (end.number < 128 || end.number == 239);
}

static void end_leaving(struct cluster_processes *self) {
    struct cluster_processes **place = self->leaving;

    if (!cluster_processes_have_ended(self)) return;
    while (*place != self)
        place = &(*place)->next_leaving;
    *place = self->next_leaving;
    cluster_processes_free(self);
}

static void on_end(void *userdata, struct process_end end) {
    const struct member *member = userdata;
    struct cluster_processes *self = member->owner;
    char reason[APP_FAILURE_SIZE];

    if (self->leaving != NULL) {
        end_leaving(self);
        return;
    }
    if (self->is_lost) return;
    self->is_lost = true;
    self->has_clashed = describe_clash(member, end, reason, sizeof reason);
    self->is_jobmanager_exit = member == &self->members[0] && is_own_exit(end);
    if (!self->has_clashed) describe_end(member, end, reason, sizeof reason);
    self->on_lost(self->userdata, reason);
}

// --- starting ---

static void add_environment(const struct cluster_processes_options *options,
                            struct argument_list *out) {
    argument_list_add_all(
        out, "PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8",
        // RocksDB allocates from many threads; one arena keeps glibc from hoarding.
        "MALLOC_ARENA_MAX=1", "AWS_EC2_METADATA_DISABLED=true", NULL);
    argument_list_add_format(out, "FLINK_CONF_DIR=%s", options->paths->conf);
    argument_list_add_format(out, "FLINK_LIB_DIR=%s/lib", options->runtime->directory);
    argument_list_add_format(out, "FLINK_PLUGINS_DIR=%s/plugins", options->runtime->directory);
    argument_list_add_format(out, "FLINK_OPT_DIR=%s/opt", options->runtime->directory);
    argument_list_add_format(out, "TMPDIR=%s", options->paths->temporary);
    // Where the service has it, if the level can put it there.
    argument_list_add_format(out, "KOBEL_APPLICATION_PROPERTIES=%s/application_properties.json",
                             sandbox_has_namespaces(options->sandbox->level) ? "/etc/flink"
                                                                             : options->paths->etc);
    if (options->mark[0] != '\0')
        argument_list_add_format(out, ORPHANS_VARIABLE "=%s", options->mark);
    argument_list_add_copy(out, options->environment);
}

// Files in memory: half of what the process may have, as the kernel would take half of the machine.
static int64_t temporary_bytes(const struct member *member) {
    return limits_of(member->owner->spec, member->name).memory_bytes / 2;
}

// Where no control group keeps them, these do. RLIMIT_DATA counts what is reserved, which of a JVM
// is much more than what is used: it stops what would go on without end.
static void limit_without_groups(const struct member *member, struct sandbox_spec *spec) {
    struct cgroup_limits limits = limits_of(member->owner->spec, member->name);

    if (member->group.directories[CGROUP_MEMORY][0] == '\0')
        spec->data_bytes = 2 * limits.memory_bytes + RESERVED_BYTES;
    if (!member->group.is_v2 && member->group.directories[CGROUP_PIDS][0] == '\0')
        spec->processes = USER_PROCESSES_MAX;
}

static void fence_in(const struct cluster_processes_options *options, const struct member *member,
                     int seccomp_fd, struct argument_list *out) {
    const struct workspace_paths *paths = options->paths;
    const struct port_pool *pool = options->ports;
    char hosts[FILE_PATH_MAX + 8];
    char passwd[FILE_PATH_MAX + 8];
    struct sandbox_spec spec = {
        .read_only = {options->runtime->directory, options->java->home, paths->conf},
        .writable = {paths->work, paths->log, paths->jars, paths->checkpoints, paths->snapshots},
        .etc_flink = paths->etc,
        .hosts_file = hosts,
        .passwd_file = passwd,
        .directory = paths->work,
        .shown_later = options->shown_later,
        .closed_ports = {pool->first, (uint16_t)(pool->last - pool->first + 1)},
        .own_ports = {member->owner->block.first, member->owner->block.count},
        .api_port = options->api_port,
        .temporary_bytes = temporary_bytes(member),
        .filter_fd = seccomp_fd,
    };

    (void)text_format(hosts, sizeof hosts, "%s/hosts", paths->conf);
    (void)text_format(passwd, sizeof passwd, "%s/passwd", paths->conf);
    cgroup_directories(&member->group, spec.groups);
    limit_without_groups(member, &spec);
    sandbox_wrap(options->sandbox, &spec, out);
}

static bool start_one(sd_event *loop, const struct cluster_processes_options *options,
                      struct cluster_processes *self, enum flink_role role, int index,
                      struct error *err) {
    struct member *member = &self->members[self->count];
    const struct flink_process process = {role, index, options->mark};
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(argument_list_release) struct argument_list environment = {0};
    AUTO(file_close) int seccomp_fd = -1;
    char output[sizeof member->name + sizeof WORKSPACE_LOG + 8];

    if (!sandbox_open_filter(options->sandbox, &seccomp_fd, err)) return false;
    int kept_fds[] = {seccomp_fd, -1};
    member->owner = self;
    cluster_conf_process_name(role, index, member->name, sizeof member->name);
    (void)text_format(output, sizeof output, WORKSPACE_LOG "/%s.out", member->name);
    if (!limit(options, member, err)) return false;
    fence_in(options, member, seccomp_fd, &arguments);
    cluster_conf_command(&process, options->spec, options->runtime, options->java, options->paths,
                         &self->ports, &arguments);
    add_environment(options, &environment);
    struct process_spec spec = {
        .arguments = argument_list_items(&arguments),
        .environment = argument_list_items(&environment),
        .output_root = self->paths->cluster,
        .output = output,
        .kept_fds = kept_fds,
        .done = on_end,
        .userdata = member,
    };
    if (!process_start(loop, &spec, &member->process, err)) {
        cgroup_remove(&member->group);
        return false;
    }
    self->count++;
    return true;
}

bool cluster_processes_start(sd_event *loop, const struct cluster_processes_options *options,
                             struct cluster_processes **out_processes, struct error *err) {
    AUTO(cluster_processes_free) struct cluster_processes *self = memory_alloc(sizeof *self);
    int taskmanagers = options->spec->size.taskmanagers;

    if (options->silence_limit_ms <= 0)
        return error_set(err, ERROR_INVALID, "a cluster wants a limit of silence");
    self->spec = options->spec;
    self->pool = options->ports;
    self->paths = options->paths;
    self->on_lost = options->on_lost;
    self->userdata = options->userdata;
    if (options->cgroups != NULL) cgroup_sweep(options->cgroups);
    self->members = memory_alloc((size_t)(taskmanagers + 1) * sizeof *self->members);
    if (!port_pool_take(self->pool, cluster_ports_count(&options->spec->size), &self->block, err))
        return false;
    self->ports = cluster_ports_from(self->block.first);
    (void)text_format(self->rest_url, sizeof self->rest_url, "http://127.0.0.1:%u",
                      self->ports.rest);
    job_conf_choose_instance(self->instance);
    if (!write_configuration(self, options->silence_limit_ms, err)) return false;
    if (!start_one(loop, options, self, FLINK_JOBMANAGER, 0, err)) return false;
    for (int index = 1; index <= taskmanagers; index++)
        if (!start_one(loop, options, self, FLINK_TASKMANAGER, index, err)) return false;
    *out_processes = TAKE(self);
    return true;
}

static void signal_all(struct cluster_processes *self, int signal_number) {
    if (self == NULL) return;
    self->is_lost = true; // what ends from now on ends because we say so
    for (size_t index = 0; index < self->count; index++)
        process_signal(self->members[index].process, signal_number);
}

void cluster_processes_kill_one(struct cluster_processes *self, bool is_jobmanager) {
    size_t index = is_jobmanager ? 0 : 1;

    if (index < self->count) process_signal(self->members[index].process, SIGKILL);
}

void cluster_processes_kill(struct cluster_processes *self) {
    signal_all(self, SIGKILL);
}

void cluster_processes_terminate(struct cluster_processes *self) {
    signal_all(self, SIGTERM);
}

bool cluster_processes_have_ended(const struct cluster_processes *self) {
    for (size_t index = 0; index < self->count; index++)
        if (!process_has_ended(self->members[index].process)) return false;
    return true;
}

void cluster_processes_free(struct cluster_processes *self) {
    if (self == NULL) return;
    cluster_processes_kill(self);
    for (size_t index = 0; index < self->count; index++) {
        process_free(self->members[index].process);
        cgroup_remove(&self->members[index].group);
    }
    port_pool_give(self->pool, &self->block);
    memory_free(self->members);
    memory_free(self);
}

void cluster_processes_leave(struct cluster_processes *self, struct cluster_processes **leaving) {
    if (self == NULL) return;
    cluster_processes_kill(self);
    self->leaving = leaving;
    self->next_leaving = *leaving;
    *leaving = self;
    end_leaving(self);
}

void cluster_processes_free_leaving(struct cluster_processes **leaving) {
    while (*leaving != NULL) {
        struct cluster_processes *first = *leaving;
        *leaving = first->next_leaving;
        cluster_processes_free(first);
    }
}

#include "runtime/local/cluster_process.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/host/process.h"
#include "runtime/local/cluster_conf_files.h"
#include "runtime/local/end_report.h"
#include "runtime/local/process_fence.h"

#include <signal.h>

// The JobManager is the first, then come the TaskManagers.
struct member {
    struct cluster_processes *owner;
    struct process *process;
    struct cgroup_limits limits;
    struct cgroup group;
    struct port_block ports;
    char name[32];
};

struct cluster_processes {
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
    struct cluster_processes **leaving; // the list that it is on; NULL = it is in use
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

// --- the end of a process ---

// It was not killed: bubblewrap exits with 128 and the signal of its command. Flink's fatal exit is
// -17 (239), also for System.exit() in main().
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

static struct end_report report_of(const struct member *member) {
    return (struct end_report){.name = member->name,
                               .cluster_directory = member->owner->paths->cluster,
                               .group = &member->group,
                               .memory_limit_bytes = member->limits.memory_bytes,
                               .ports = member->ports};
}

bool cluster_processes_python_kill(const struct cluster_processes *self, char *out,
                                   size_t size_bytes) {
    for (size_t index = 0; index < self->count; index++) {
        const struct end_report report = report_of(&self->members[index]);
        if (end_report_python_kill(&report, out, size_bytes)) return true;
    }
    return false;
}

static void on_end(void *userdata, struct process_end end) {
    const struct member *member = userdata;
    struct cluster_processes *self = member->owner;
    const struct end_report report = report_of(member);
    char reason[APP_FAILURE_SIZE];

    if (self->leaving != NULL) {
        end_leaving(self);
        return;
    }
    if (self->is_lost) return;
    self->is_lost = true;
    self->has_clashed = end_report_clash(&report, end, reason, sizeof reason);
    self->is_jobmanager_exit = member == &self->members[0] && is_own_exit(end);
    if (!self->has_clashed) end_report_describe(&report, end, reason, sizeof reason);
    self->on_lost(self->userdata, reason);
}

// --- starting ---

static struct port_block ports_of(const struct cluster_processes *self, int index) {
    if (index == 0) return (struct port_block){self->ports.rest, FLINK_PORTS_JOBMANAGER};
    return (struct port_block){
        (uint16_t)(self->ports.taskmanagers + FLINK_PORTS_TASKMANAGER * (index - 1)),
        FLINK_PORTS_TASKMANAGER};
}

static bool make_group(const struct cluster_processes_options *options, struct member *member,
                       struct error *err) {
    char name[APP_CLUSTER_ID_SIZE + sizeof member->name + 8];

    if (options->cgroups == NULL) return true;
    // A cluster may be launched twice, before the group of its first launch is gone: the port
    // distinguishes the two.
    (void)text_format(name, sizeof name, "%s-%u-%s", options->spec->cluster_id,
                      member->owner->block.first, member->name);
    return cgroup_make(options->cgroups, name, &member->limits, &member->group, err);
}

// The command line of a process, in its sandbox.
static void put_command(const struct cluster_processes_options *options,
                        const struct member *member, const struct flink_process *process,
                        int filter_fd, struct argument_list *out) {
    const struct port_pool *pool = options->ports;
    const struct process_fence fence = {
        .sandbox = options->sandbox,
        .paths = options->paths,
        .runtime = options->runtime,
        .java = options->java,
        .shown_later = options->shown_later,
        .closed_ports = {pool->first, (uint16_t)(pool->last - pool->first + 1)},
        .own_ports = member->owner->block,
        .api_port = options->api_port,
        .s3_port = options->s3_port,
        .group = &member->group,
        .limits = &member->limits,
        .filter_fd = filter_fd,
    };

    process_fence_wrap(&fence, out);
    cluster_conf_command(process, options->spec, options->runtime, options->java, options->paths,
                         &member->owner->ports, out);
}

static struct job_surroundings surroundings_of(const struct cluster_processes_options *options) {
    const char *endpoint = options->s3_endpoint;

    return (struct job_surroundings){.region = options->spec->region,
                                     .s3_endpoint = endpoint == NULL ? "" : endpoint,
                                     .ca_bundle = options->java->ca_bundle};
}

static bool start_member(sd_event *loop, const struct cluster_processes_options *options,
                         struct member *member, const struct flink_process *process,
                         struct error *err) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(argument_list_release) struct argument_list environment = {0};
    AUTO(file_close) int filter_fd = -1;
    const struct job_surroundings surroundings = surroundings_of(options);
    char output[sizeof member->name + sizeof WORKSPACE_LOG + 8];

    if (!sandbox_open_filter(options->sandbox, &filter_fd, err)) return false;
    int kept_fds[] = {filter_fd, -1};
    if (!make_group(options, member, err)) return false;
    put_command(options, member, process, filter_fd, &arguments);
    cluster_conf_environment(options->runtime, options->java, options->paths,
                             sandbox_has_namespaces(options->sandbox->level), options->mark,
                             &environment);
    job_environment_add(options->environment, &surroundings, &environment);
    (void)text_format(output, sizeof output, WORKSPACE_LOG "/%s.out", member->name);
    struct process_spec spec = {
        .arguments = argument_list_items(&arguments),
        .environment = argument_list_items(&environment),
        .output_root = options->paths->cluster,
        .output = output,
        .kept_fds = kept_fds,
        .done = on_end,
        .userdata = member,
    };
    if (process_start(loop, &spec, &member->process, err)) return true;
    cgroup_remove(&member->group);
    return false;
}

static bool start_all(sd_event *loop, const struct cluster_processes_options *options,
                      struct cluster_processes *self, struct error *err) {
    int taskmanagers = options->spec->size.taskmanagers;

    for (int index = 0; index <= taskmanagers; index++) {
        struct member *member = &self->members[index];
        struct flink_process process = {index == 0 ? FLINK_JOBMANAGER : FLINK_TASKMANAGER, index,
                                        options->mark};
        member->owner = self;
        member->limits = process_fence_limits(options->spec, process.role);
        member->ports = ports_of(self, index);
        cluster_conf_process_name(process.role, index, member->name, sizeof member->name);
        if (!start_member(loop, options, member, &process, err)) return false;
        self->count++;
    }
    return true;
}

bool cluster_processes_start(sd_event *loop, const struct cluster_processes_options *options,
                             struct cluster_processes **out_processes, struct error *err) {
    AUTO(cluster_processes_free) struct cluster_processes *self = memory_alloc(sizeof *self);
    int taskmanagers = options->spec->size.taskmanagers;

    if (options->silence_limit_ms <= 0)
        return error_set(err, ERROR_INVALID, "a cluster needs a limit of silence");
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
    const struct job_surroundings by_default = surroundings_of(options);
    const struct job_surroundings of_jobs = job_environment_of(options->environment, &by_default);
    if (!cluster_conf_write(options->spec, self->instance, &self->ports, options->paths,
                            options->silence_limit_ms, &of_jobs, err))
        return false;
    if (!start_all(loop, options, self, err)) return false;
    *out_processes = TAKE(self);
    return true;
}

static void signal_all(struct cluster_processes *self, int signal_number) {
    if (self == NULL) return;
    self->is_lost = true; // ends are not reported from now on
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

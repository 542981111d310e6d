#include "runtime/local/process_fence.h"

#include "base/text.h"

// A JVM with Flink has 60 to 100 threads, and a slot some ten of them.
enum { PIDS_MAX = 512, PIDS_A_SLOT = 64 };
// Of all processes of the user together.
enum { USER_PROCESSES_MAX = 4096 };
static const int64_t RESERVED_BYTES = (int64_t)1 << 30;

struct cgroup_limits process_fence_limits(const struct launch_spec *spec, enum flink_role role) {
    const struct cluster_size *size = &spec->size;
    bool is_jobmanager = role == FLINK_JOBMANAGER;
    int64_t promised =
        is_jobmanager ? cluster_size_jobmanager_bytes(size) : cluster_size_taskmanager_bytes(size);

    return (struct cgroup_limits){
        .memory_bytes = promised + promised / 4 + ((int64_t)spec->headroom_mb << 20),
        .cpu_cores = is_jobmanager ? 1 : size->taskmanager.cpu_cores,
        // `dev` starts quickly by using processors that are idle.
        .is_cpu_hard = size->profile == PROFILE_AWS,
        .pids = is_jobmanager ? PIDS_MAX : PIDS_MAX + PIDS_A_SLOT * size->taskmanager.slots,
    };
}

// The limits where no control group keeps them. RLIMIT_DATA counts what is reserved, which for a
// JVM is much more than what is used: it only stops a process that grows without end.
static void limit_without_groups(const struct process_fence *fence, struct sandbox_spec *spec) {
    const struct cgroup *group = fence->group;

    if (group->directories[CGROUP_MEMORY][0] == '\0')
        spec->data_bytes = 2 * fence->limits->memory_bytes + RESERVED_BYTES;
    if (!group->is_v2 && group->directories[CGROUP_PIDS][0] == '\0')
        spec->processes = USER_PROCESSES_MAX;
}

void process_fence_wrap(const struct process_fence *fence, struct argument_list *out) {
    const struct workspace_paths *paths = fence->paths;
    char hosts[FILE_PATH_MAX + 8];
    char passwd[FILE_PATH_MAX + 8];
    bool trusts_more = fence->java->ca_bundle[0] != '\0';
    struct sandbox_spec spec = {
        .read_only = {fence->runtime->directory, fence->java->home, paths->conf,
                      paths->shared_snapshots, paths->packages,
                      trusts_more ? fence->java->trust_store : NULL, fence->java->ca_bundle},
        .writable = {paths->work, paths->log, paths->jars, paths->checkpoints, paths->snapshots},
        .etc_flink = paths->etc,
        .hosts_file = hosts,
        .passwd_file = passwd,
        .directory = paths->work,
        .trust_store = fence->java->trust_store,
        .shown_later = fence->shown_later,
        .closed_ports = {fence->closed_ports.first, fence->closed_ports.count},
        .own_ports = {fence->own_ports.first, fence->own_ports.count},
        .api_port = fence->api_port,
        .s3_port = fence->s3_port,
        // Files in memory: half of the limit, as the kernel's default is half of the machine.
        .temporary_bytes = fence->limits->memory_bytes / 2,
        .filter_fd = fence->filter_fd,
    };

    (void)text_format(hosts, sizeof hosts, "%s/hosts", paths->conf);
    (void)text_format(passwd, sizeof passwd, "%s/passwd", paths->conf);
    cgroup_directories(fence->group, spec.groups);
    limit_without_groups(fence, &spec);
    sandbox_wrap(fence->sandbox, &spec, out);
}

// The limits of a process follow from what it was promised.
#include "runtime/local/process_fence.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct launch_spec spec = {
    .size = {.profile = PROFILE_AWS,
             .taskmanagers = 1,
             .jobmanager = {.heap_mb = 256, .metaspace_mb = 128, .overhead_mb = 16},
             .taskmanager = {.slots = 4, .task_heap_mb = 400, .cpu_cores = 2}}};

Test(process_fence, leaves_a_quarter_for_what_cannot_be_planned) {
    struct cgroup_limits jobmanager = process_fence_limits(&spec, FLINK_JOBMANAGER);
    struct cgroup_limits taskmanager = process_fence_limits(&spec, FLINK_TASKMANAGER);

    cr_assert(eq(i64, jobmanager.memory_bytes, (int64_t)500 << 20));
    cr_assert(eq(i64, taskmanager.memory_bytes, (int64_t)500 << 20));
    cr_assert(eq(dbl, jobmanager.cpu_cores, 1));
    cr_assert(eq(dbl, taskmanager.cpu_cores, 2));
    cr_assert(taskmanager.is_cpu_hard);
    cr_assert(gt(int, taskmanager.pids, jobmanager.pids));
}

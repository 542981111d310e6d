#include "runtime/local/boot_limit.h"

#include <sched.h>

// A JobManager and a TaskManager of each of two clusters, on the smallest machine.
enum { BOOTING_JVMS_MIN = 4 };

static int count_jvms(const struct launch_spec *spec) {
    return 1 + spec->size.taskmanagers;
}

static int booting_jvms_max(void) {
    cpu_set_t mine;
    int processors = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;

    return 2 * processors > BOOTING_JVMS_MIN ? 2 * processors : BOOTING_JVMS_MIN;
}

bool boot_limit_admits(const struct cluster_list *list, const struct launch_spec *spec) {
    int booting = 0;

    for (const struct local_cluster *cluster = list->first; cluster != NULL;
         cluster = cluster->next)
        if (cluster->health == CLUSTER_BOOTING && !cluster->is_spare)
            booting += count_jvms(&cluster->spec);
    return booting == 0 || booting + count_jvms(spec) <= booting_jvms_max();
}

// Clusters that boot: how they get on, and how many at a time. A JVM that starts wants a processor
// for itself; more of them than there are processors only makes all of them late.
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process_usage.h"
#include "runtime/local/flink_cluster_parts.h"

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

bool flink_boot_admits(void *self, const struct launch_spec *spec) {
    const struct flink_clusters *owner = self;
    int booting = 0;

    if (flink_spare_fits(owner, spec)) return true;
    for (const struct cluster *cluster = owner->clusters; cluster != NULL; cluster = cluster->next)
        if (cluster->health == CLUSTER_BOOTING && !cluster->is_spare)
            booting += count_jvms(&cluster->spec);
    return booting == 0 || booting + count_jvms(spec) <= booting_jvms_max();
}

// --- progress ---

// Everything that happens while a cluster boots, one after the other.
static int stage_of(const struct cluster *cluster) {
    const struct cluster_view *view = cluster_watch_view(cluster->watch);

    return cluster_watch_has_answered(cluster->watch) + view->slots + (int)cluster->priming +
           (cluster->showing != NULL);
}

static int64_t cpu_ms_of(const struct cluster *cluster) {
    int count = cluster_processes_count(cluster->processes);
    int64_t total_ms = 0;

    for (int index = 0; index < count; index++) {
        struct process_usage usage;
        if (process_usage_read(cluster_processes_pid(cluster->processes, index), &usage))
            total_ms += usage.cpu_ms;
    }
    return total_ms;
}

static void give_up(struct cluster *cluster) {
    char reason[200];
    bool has_answered = cluster_watch_has_answered(cluster->watch);

    (void)text_format(reason, sizeof reason,
                      "the cluster did not get ready: nothing happened for %lld s (its JobManager "
                      "%s, %d of %d slots are registered)",
                      (long long)cluster->boot.still.total_ms / 1000,
                      has_answered ? "answers" : "has not answered",
                      cluster_watch_view(cluster->watch)->slots,
                      cluster_size_slots(&cluster->spec.size));
    flink_cluster_lose(cluster, reason);
}

static void look_later(struct cluster *cluster) {
    (void)sd_event_source_set_time_relative(cluster->boot_timer,
                                            (uint64_t)BOOT_LOOK_EVERY_MS * 1000);
    (void)sd_event_source_set_enabled(cluster->boot_timer, SD_EVENT_ONESHOT);
}

static int on_look(sd_event_source *source, uint64_t time_us, void *userdata) {
    struct cluster *cluster = userdata;

    (void)source;
    (void)time_us;
    if (cluster->health != CLUSTER_BOOTING) return 0;
    if (boot_progress_look(&cluster->boot, stage_of(cluster), cpu_ms_of(cluster),
                           clock_monotonic_us() / 1000))
        look_later(cluster);
    else
        give_up(cluster);
    return 0;
}

bool flink_boot_watch(struct cluster *cluster, struct error *err) {
    cluster->boot = (struct boot_progress){0};
    if (cluster->boot_timer != NULL) {
        look_later(cluster);
        return true;
    }
    int code =
        sd_event_add_time_relative(cluster->owner->loop, &cluster->boot_timer, CLOCK_MONOTONIC,
                                   (uint64_t)BOOT_LOOK_EVERY_MS * 1000, 100000, on_look, cluster);
    return code >= 0 || error_system(err, -code, "timer of a cluster");
}

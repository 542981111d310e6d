// The logs of a cluster stay within their budget as long as it runs.
#include "runtime/flink_cluster_parts.h"
#include "runtime/log_budget.h"

static int on_look(sd_event_source *source, uint64_t now_us, void *userdata) {
    const struct cluster *cluster = userdata;

    log_budget_keep(cluster->paths.log, cluster->owner->options.log_budget_bytes);
    (void)sd_event_source_set_time(source, now_us + LOG_BUDGET_EVERY_US);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

bool flink_logs_watch(struct cluster *cluster, struct error *err) {
    // The accuracy lets the loop look after many clusters in one turn.
    int code =
        sd_event_add_time_relative(cluster->owner->loop, &cluster->log_timer, CLOCK_MONOTONIC,
                                   LOG_BUDGET_EVERY_US, LOG_BUDGET_EVERY_US / 4, on_look, cluster);

    return code >= 0 || error_system(err, -code, "timer of the logs");
}

#include "runtime/local/boot_watch.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process_usage.h"
#include "runtime/local/boot_progress.h"

struct boot_watch {
    struct boot_watch_options options;
    struct boot_progress progress;
    sd_event_source *timer;
};

// Everything that happens while a cluster boots, one after the other.
static int stage_of(const struct boot_watch *self) {
    const struct boot_watch_options *options = &self->options;

    return cluster_watch_has_answered(options->watch) + cluster_watch_view(options->watch)->slots +
           options->later_stages(options->userdata);
}

static int64_t cpu_ms_of(const struct cluster_processes *processes) {
    int count = cluster_processes_count(processes);
    int64_t total_ms = 0;

    for (int index = 0; index < count; index++) {
        struct process_usage usage;
        if (process_usage_read(cluster_processes_pid(processes, index), &usage))
            total_ms += usage.cpu_ms;
    }
    return total_ms;
}

static void report_stall(const struct boot_watch *self) {
    const struct boot_watch_options *options = &self->options;
    char reason[200];

    (void)text_format(reason, sizeof reason,
                      "the cluster did not get ready: nothing happened for %lld s (its JobManager "
                      "%s, %d of %d slots are registered)",
                      (long long)self->progress.still.total_ms / 1000,
                      cluster_watch_has_answered(options->watch) ? "answers" : "has not answered",
                      cluster_watch_view(options->watch)->slots, options->slots);
    options->on_stalled(options->userdata, reason);
}

static void check_later(struct boot_watch *self) {
    (void)sd_event_source_set_time_relative(self->timer, (uint64_t)BOOT_CHECK_EVERY_MS * 1000);
    (void)sd_event_source_set_enabled(self->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t time_us, void *userdata) {
    struct boot_watch *self = userdata;

    (void)source;
    (void)time_us;
    if (boot_progress_update(&self->progress, stage_of(self), cpu_ms_of(self->options.processes),
                             clock_monotonic_us() / 1000))
        check_later(self);
    else
        report_stall(self);
    return 0;
}

bool boot_watch_new(sd_event *loop, const struct boot_watch_options *options,
                    struct boot_watch **out_watch, struct error *err) {
    AUTO(boot_watch_free) struct boot_watch *self = memory_alloc(sizeof *self);

    self->options = *options;
    int code =
        sd_event_add_time_relative(loop, &self->timer, CLOCK_MONOTONIC,
                                   (uint64_t)BOOT_CHECK_EVERY_MS * 1000, 100000, on_timer, self);
    if (code < 0) return error_system(err, -code, "timer of a cluster");
    *out_watch = TAKE(self);
    return true;
}

void boot_watch_restart(struct boot_watch *watch) {
    watch->progress = (struct boot_progress){0};
    check_later(watch);
}

void boot_watch_stop(struct boot_watch *watch) {
    (void)sd_event_source_set_enabled(watch->timer, SD_EVENT_OFF);
}

void boot_watch_free(struct boot_watch *watch) {
    if (watch == NULL) return;
    (void)sd_event_source_disable_unref(watch->timer);
    memory_free(watch);
}

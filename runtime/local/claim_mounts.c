#include "runtime/local/claim_mounts.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/orphans.h"
#include "runtime/host/process.h"

struct claim_mounts {
    void (*on_done)(void *userdata, const char *failure);
    void *userdata;
    int total;
    int left; // processes without the mounts
    struct process *processes[];
};

static void on_mounted(void *userdata, struct process_end end) {
    struct claim_mounts *self = userdata;
    char how[40];
    char reason[120];

    if (end.was_signalled || end.number != 0) {
        process_end_text(end, how, sizeof how);
        (void)text_format(reason, sizeof reason,
                          "the spare cannot be given the application's directories: %s", how);
        self->on_done(self->userdata, reason);
        return;
    }
    if (--self->left == 0) self->on_done(self->userdata, NULL);
}

static bool mount_one(sd_event *loop, struct claim_mounts *self,
                      const struct claim_mounts_options *options, int index, struct error *err) {
    char mark[sizeof ORPHANS_VARIABLE "=" + ORPHANS_MARK_SIZE];
    const char *const environment[] = {mark, NULL};
    AUTO(argument_list_release) struct argument_list arguments = {0};
    const char *paths[] = {options->paths->checkpoints, options->paths->snapshots, NULL};

    sandbox_show(options->sandbox, cluster_processes_pid(options->processes, index),
                 options->apps_directory, paths, &arguments);
    (void)text_format(mark, sizeof mark, ORPHANS_VARIABLE "=%s", options->mark);
    struct process_spec spec = {.arguments = argument_list_items(&arguments),
                                .environment = environment,
                                .output_root = options->paths->cluster,
                                .output = WORKSPACE_LOG "/claim.out",
                                .done = on_mounted,
                                .userdata = self};
    return process_start(loop, &spec, &self->processes[index], err);
}

bool claim_mounts_begin(sd_event *loop, const struct claim_mounts_options *options,
                        struct claim_mounts **out_mounts, struct error *err) {
    int count = cluster_processes_count(options->processes);
    AUTO(claim_mounts_free)
    struct claim_mounts *self =
        memory_alloc(sizeof *self + (size_t)count * sizeof(struct process *));

    *self = (struct claim_mounts){
        .on_done = options->on_done, .userdata = options->userdata, .total = count, .left = count};
    for (int index = 0; index < count; index++)
        if (!mount_one(loop, self, options, index, err)) return false;
    *out_mounts = TAKE(self);
    return true;
}

void claim_mounts_free(struct claim_mounts *mounts) {
    if (mounts == NULL) return;
    for (int index = 0; index < mounts->total; index++)
        process_free(mounts->processes[index]);
    memory_free(mounts);
}

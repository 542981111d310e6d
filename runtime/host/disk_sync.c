#include "runtime/host/disk_sync.h"

#include <stddef.h>

// Of coreutils, which every Debian installs.
static const char SYNC[] = "/bin/sync";

static bool start(sd_event *loop, const char *const *arguments, process_done_fn *done,
                  void *userdata, struct process **out_process, struct error *err) {
    const char *const environment[] = {NULL};
    struct process_spec spec = {
        .arguments = arguments, .environment = environment, .done = done, .userdata = userdata};

    return process_start(loop, &spec, out_process, err);
}

bool disk_sync(sd_event *loop, const char *path, const char *beside, process_done_fn *done,
               void *userdata, struct process **out_process, struct error *err) {
    const char *const arguments[] = {SYNC, path, beside, NULL};

    return start(loop, arguments, done, userdata, out_process, err);
}

bool disk_sync_file_system(sd_event *loop, const char *path, process_done_fn *done, void *userdata,
                           struct process **out_process, struct error *err) {
    const char *const arguments[] = {SYNC, "--file-system", path, NULL};

    return start(loop, arguments, done, userdata, out_process, err);
}

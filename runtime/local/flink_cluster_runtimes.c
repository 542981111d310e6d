// Runtimes that are needed are held by a shared lock on their directory, which the kernel releases
// with the daemon: `kobel runtime remove` asks for it, whichever daemon is there.
#include "base/text.h"
#include "runtime/local/flink_cluster_parts.h"

void flink_runtimes_hold(void *self, uint32_t runtimes) {
    struct flink_clusters *owner = self;

    for (int index = 0; index < RUNTIME_COUNT; index++) {
        bool is_wanted = (runtimes >> index & 1) != 0;
        if (!is_wanted) {
            file_close(owner->held_runtimes[index]);
            owner->held_runtimes[index] = -1;
        } else {
            // One that is not installed cannot be held; its next launch says so.
            struct error ignored;
            (void)!catalog_hold(owner->runtimes_directory, (enum runtime_environment)index,
                                &owner->held_runtimes[index], &ignored);
        }
    }
}

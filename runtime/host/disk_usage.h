// Disk usage of applications. It is counted in the background, some entries in each turn of the
// loop, so that a question is answered at once from the last count. That is a few seconds old while
// files change.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <systemd/sd-event.h>

struct disk_usage;

// Queues all applications of the data directory for counting.
MUST_CHECK bool disk_usage_new(sd_event *loop, const char *data_directory,
                               struct disk_usage **out_usage, struct error *err);
// Files of the application have changed: queues it, at most once every few seconds.
void disk_usage_touch(struct disk_usage *usage, const char *app_id);
void disk_usage_forget(struct disk_usage *usage, const char *app_id);
// As last counted, 0 before the first count. Queues it again.
int64_t disk_usage_bytes(struct disk_usage *usage, const char *app_id);
void disk_usage_free(struct disk_usage *usage);
DEFINE_AUTO(disk_usage_free, struct disk_usage *);

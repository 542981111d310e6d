// What applications have on disk, counted beside everything else: some entries in each turn of the
// loop, so that a question is answered at once however much there is. A figure is a few seconds
// old while things change, and follows what is put on and taken off the disk.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <systemd/sd-event.h>

struct disk_usage;

// Counts all applications of the data directory soon.
MUST_CHECK bool disk_usage_new(sd_event *loop, const char *data_directory,
                               struct disk_usage **out_usage, struct error *err);
// Something of the application's has changed: it is counted again, not more often than every few
// seconds.
void disk_usage_touch(struct disk_usage *usage, const char *app_id);
void disk_usage_forget(struct disk_usage *usage, const char *app_id);
// As last counted, 0 before the first time; counts again.
int64_t disk_usage_bytes(struct disk_usage *usage, const char *app_id);
void disk_usage_free(struct disk_usage *usage);
DEFINE_AUTO(disk_usage_free, struct disk_usage *);

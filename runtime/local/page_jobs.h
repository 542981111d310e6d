// Flink's lists of jobs without the trivial job that primed the cluster: a client that takes the
// first job of a list means the application's. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Is it the path of a list, "/jobs" or "/jobs/overview", perhaps with a query?
bool page_jobs_is_list(const char *path);
// The list as the caller should see it, which the caller frees; NULL: as it is.
char *page_jobs_without_primer(const char *body, size_t size_bytes);

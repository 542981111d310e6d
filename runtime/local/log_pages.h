// The logs and outputs of an application's clusters, as far as they are kept. A job can write to
// the directory that they are in. See runtime/insight.h.
#pragma once

#include "runtime/insight.h"

MUST_CHECK bool log_pages_list(const char *data_directory, const char *app_id,
                               insight_log_fn *visit, void *userdata, struct error *err);
// ERROR_NOT_FOUND: there is no such log.
MUST_CHECK bool log_pages_read(const char *data_directory, const char *app_id,
                               const char *cluster_id, const char *file, int64_t from,
                               struct insight_log_page *out_page, struct error *err);

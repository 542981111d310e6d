// What is removed when clusters end.
#pragma once

#include "base/error.h"

#define WORKSPACE_LOGS_KEPT 5 // ended clusters of an application whose logs are kept

// Leaves of an ended cluster only its logs, and of those only the newest WORKSPACE_LOGS_KEPT.
MUST_CHECK bool workspace_retire(const char *data_directory, const char *app_id,
                                 const char *cluster_id, struct error *err);
// The same for every cluster of every application, and the end of all spares: what an earlier
// daemon left. What cannot be removed does not keep the rest; false then, with one reason, and the
// next start tries again.
MUST_CHECK bool workspace_clean(const char *data_directory, struct error *err);

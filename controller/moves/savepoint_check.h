// Can the current job of an application take a savepoint now? A job that fails again and again
// cannot: the service refuses what needs one at once (facts/api.md 5.6).
#pragma once

#include "controller/service/service.h"

// The reason in operations that need one.
#define SAVEPOINT_OF_BATCH                                                                         \
    "its job runs in batch mode, and Flink takes no savepoint of a batch job."

// What is known of the restarts of a job. Times are real.
struct savepoint_facts {
    const struct cluster_view *cluster;
    int restarts;            // in a row, no more than minutes between two
    int64_t between_ms;      // the mean time between two of them; 0 = not known
    int64_t since_latest_ms; // since the latest of them
};

// Pure. The job runs in batch mode, or is in a loop of restarts: a savepoint would fail, or lose a
// race.
bool savepoint_is_hopeless(const struct savepoint_facts *facts);
// Pure. It is, or a failure of the job is not over yet.
bool savepoint_is_refused(const struct savepoint_facts *facts);

// What is known of the current job, of which `cluster` was observed; borrows `cluster`.
MUST_CHECK bool savepoint_find_facts(struct app_service *service, const struct app *app,
                                     const struct cluster_view *cluster,
                                     struct savepoint_facts *out_facts, struct error *err);

// For commands that need a savepoint of the current job. ERROR_CONFIGURATION in the service's
// words: none can be taken now. A job that is being recovered is waited for.
MUST_CHECK bool savepoint_check_possible(struct app_service *service, const struct app *app,
                                         struct error *err);

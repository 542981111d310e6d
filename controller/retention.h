// Which snapshots go by a rule of the user's. The service itself never removes one; kobel does
// where `--snapshot-retention` or the tag "kobel:snapshot-retention" asks for it (product.md,
// Retention).
#pragma once

#include "base/error.h"
#include "model/snapshot.h"

#include <stddef.h>
#include <stdint.h>

struct retention_policy {
    int64_t keep;       // the newest so many stay; 0 = however many
    int64_t max_age_ms; // older ones go; 0 = however old
};

// "keep=10,max-age=7d", either part alone, or "none". ERROR_INVALID: not of that form.
MUST_CHECK bool retention_parse(const char *text, struct retention_policy *out_policy,
                                struct error *err);
static inline bool retention_is_none(const struct retention_policy *policy) {
    return policy->keep == 0 && policy->max_age_ms == 0;
}

// Why `snapshots[index]` is to go; NULL: it stays. `snapshots` are all of an application, newest
// first. The newest READY one always stays, and so does what is not READY. Pure.
const char *retention_reason(const struct retention_policy *policy,
                             const struct snapshot *snapshots, size_t count, size_t index,
                             int64_t now_ms);

// When a later look may find more: 0 = not before there is another snapshot.
int64_t retention_next_ms(const struct retention_policy *policy, const struct snapshot *snapshots,
                          size_t count, int64_t now_ms);

// Removes the checkpoints of all jobs of the application but `keep_job_id` ("" = of all), and says
// so where there were any.
struct app_service;
struct app;
MUST_CHECK bool retention_prune_checkpoints(struct app_service *service, const struct app *app,
                                            const char *keep_job_id, const char *reason,
                                            struct error *err);

// Removes what is to go of one application, files first, each with an event that says why.
// *out_next_ms as above.
MUST_CHECK bool retention_apply(struct app_service *service, const struct app *app, int64_t now_ms,
                                int64_t *out_next_ms, struct error *err);

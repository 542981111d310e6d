#include "controller/moves/retention.h"

#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_store.h"
#include "storage/tag_store.h"

enum { PAGE_SIZE = 16 }; // snapshots that are checked together

// The tag of an application overrides the server's option. A tag that cannot be parsed keeps
// everything.
static bool policy_of(struct app_service *service, const struct app *app,
                      struct retention_policy *out, struct error *err) {
    char rule[256];
    bool found;

    *out = service->retention;
    if (!tag_store_find(service->db, app->id, RETENTION_TAG, rule, sizeof rule, &found, err))
        return false;
    if (found && !retention_policy_parse(rule, out, NULL)) *out = (struct retention_policy){0};
    return true;
}

struct applying {
    struct app_service *service;
    const struct app *app;
    struct retention_policy policy;
    struct restore_facts facts;
    int64_t now_ms;
    struct retention_rank rank; // of the snapshot that is checked
    int64_t next_ms;
    bool has_left; // a snapshot that could not be removed
};

// The account's row of an enhanced one goes the way of DeleteSnapshot, which waits for exports.
static bool remove_one(struct app_service *service, const struct app *app,
                       const struct snapshot *snapshot, const char *reason, struct error *err) {
    struct enhanced_snapshot enhanced;
    bool found;

    if (!snapshot_is_enhanced(snapshot))
        return restore_points_remove(service, app, snapshot, reason, err);
    if (!enhanced_snapshot_store_load(service->db, snapshot->enhanced_id, &enhanced, &found, err))
        return false;
    if (!found) return restore_points_remove(service, app, snapshot, reason, err);
    return snapshot_ledger_begin_deletion(service, &enhanced, NULL, err);
}

static void apply_to(struct applying *self, const struct snapshot *snapshot, struct error *err) {
    const char *reason =
        retention_policy_reason(&self->policy, snapshot, &self->rank, self->now_ms);
    int64_t due_ms = retention_policy_due_ms(&self->policy, snapshot, &self->rank);

    if (snapshot->status == SNAPSHOT_READY) {
        self->rank.all++;
        self->rank.automatic += snapshot->is_automatic;
    }
    if (due_ms > self->now_ms && (self->next_ms == 0 || due_ms < self->next_ms))
        self->next_ms = due_ms;
    // What the job would be restored from stays in the list, too.
    if (reason == NULL || restore_needs_snapshot(self->app, &self->facts, snapshot)) return;
    if (!remove_one(self->service, self->app, snapshot, reason, err)) self->has_left = true;
}

// With any policy: the limit of snapshots does not count them, so users have no reason to delete
// them.
static bool remove_old_failures(struct app_service *service, const struct app *app,
                                struct error *err) {
    struct snapshot snapshot;
    bool found;

    for (int count = 0; count < PAGE_SIZE; count++) {
        if (!snapshot_store_find_surplus(service->db, app->id, RETENTION_FAILED_KEPT, &snapshot,
                                         &found, err))
            return false;
        if (!found) return true;
        if (!remove_one(service, app, &snapshot, "there are enough newer FAILED ones", err))
            return false;
    }
    return true;
}

bool retention_apply(struct app_service *service, const struct app *app, int64_t now_ms,
                     int64_t *out_next_ms, struct error *err) {
    struct applying self = {.service = service, .app = app, .now_ms = now_ms};
    struct snapshot page[PAGE_SIZE];
    int64_t before_sequence = INT64_MAX;
    size_t count = PAGE_SIZE;

    *out_next_ms = 0;
    if (!policy_of(service, app, &self.policy, err)) return false;
    self.has_left = !remove_old_failures(service, app, err);
    if (retention_policy_is_none(&self.policy)) return !self.has_left;
    restore_points_find(service, app, &self.facts);
    while (count == PAGE_SIZE) {
        if (!snapshot_store_list_newest(service->db, app->id, before_sequence, page, PAGE_SIZE,
                                        &count, err))
            return false;
        for (size_t index = 0; index < count; index++) {
            before_sequence = page[index].sequence;
            apply_to(&self, &page[index], err);
        }
    }
    if (self.has_left) return false;
    *out_next_ms = self.next_ms;
    return true;
}

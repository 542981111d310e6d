#include "controller/retention.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/restore_points.h"
#include "controller/state.h"
#include "storage/snapshot_store.h"
#include "storage/tag_store.h"

#include <string.h>

enum { PAGE_SIZE = 16 }; // snapshots that are looked at together
static const char TAG[] = "kobel:snapshot-retention";

// --- the rule ---

static bool parse_part(const char *part, struct retention_policy *policy, struct error *err) {
    if (text_starts_with(part, "keep=") && text_to_int64(part + 5, &policy->keep) &&
        policy->keep > 0)
        return true;
    if (text_starts_with(part, "max-age=") && text_to_ms(part + 8, &policy->max_age_ms) &&
        policy->max_age_ms > 0)
        return true;
    if (text_starts_with(part, "automatic=") && text_to_int64(part + 10, &policy->automatic) &&
        policy->automatic > 0)
        return true;
    return error_set(err, ERROR_INVALID, "'%.60s' is no retention: keep=10,automatic=5,max-age=7d",
                     part);
}

bool retention_parse(const char *text, struct retention_policy *out_policy, struct error *err) {
    struct retention_policy policy = {0};
    AUTO(memory_free) char *copy = memory_copy_text(text);
    char *rest = copy;

    if (!text_equal(text, "none"))
        for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ","))
            if (!parse_part(part, &policy, err)) return false;
    *out_policy = policy;
    return true;
}

static void print_part(int64_t number, const char *before, const char *behind, char *out,
                       size_t size_bytes) {
    size_t used = strlen(out);

    if (number > 0)
        (void)text_format(out + used, size_bytes - used, "%s%s%lld%s", used == 0 ? "" : ",", before,
                          (long long)number, behind);
}

void retention_print(const struct retention_policy *policy, char *out, size_t size_bytes) {
    out[0] = '\0';
    print_part(policy->keep, "keep=", "", out, size_bytes);
    print_part(policy->automatic, "automatic=", "", out, size_bytes);
    print_part(policy->max_age_ms, "max-age=", "ms", out, size_bytes);
    if (out[0] == '\0') (void)text_copy(out, size_bytes, "none");
}

const char *retention_reason(const struct retention_policy *policy, const struct snapshot *snapshot,
                             const struct retention_rank *rank, int64_t now_ms) {
    if (snapshot->status != SNAPSHOT_READY || rank->all == 0) return NULL;
    if (policy->keep > 0 && rank->all >= policy->keep) return "there are enough newer ones";
    if (policy->automatic > 0 && snapshot->is_automatic && rank->automatic >= policy->automatic)
        return "there are enough newer automatic ones";
    if (policy->max_age_ms > 0 && now_ms - snapshot->created_at_ms > policy->max_age_ms)
        return "it is too old";
    return NULL;
}

int64_t retention_due_ms(const struct retention_policy *policy, const struct snapshot *snapshot,
                         const struct retention_rank *rank) {
    bool may_go = policy->max_age_ms > 0 && snapshot->status == SNAPSHOT_READY && rank->all > 0;

    return may_go ? snapshot->created_at_ms + policy->max_age_ms + 1 : 0;
}

// --- applying it ---

// The tag of an application comes before the server's option; one that cannot be read keeps
// everything.
static bool policy_of(struct app_service *service, const struct app *app,
                      struct retention_policy *out, struct error *err) {
    char rule[256];
    struct error unreadable;
    bool found;

    *out = service->retention;
    if (!tag_store_find(service->db, app->id, TAG, rule, sizeof rule, &found, err)) return false;
    if (found && !retention_parse(rule, out, &unreadable)) *out = (struct retention_policy){0};
    return true;
}

struct applying {
    struct app_service *service;
    const struct app *app;
    struct retention_policy policy;
    struct restore_facts facts;
    int64_t now_ms;
    struct retention_rank rank; // of the snapshot that is looked at
    int64_t next_ms;
    bool has_left; // a snapshot that could not be removed
};

static void apply_to(struct applying *self, const struct snapshot *snapshot, struct error *err) {
    const char *reason = retention_reason(&self->policy, snapshot, &self->rank, self->now_ms);
    int64_t due_ms = retention_due_ms(&self->policy, snapshot, &self->rank);

    if (snapshot->status == SNAPSHOT_READY) {
        self->rank.all++;
        self->rank.automatic += snapshot->is_automatic;
    }
    if (due_ms > self->now_ms && (self->next_ms == 0 || due_ms < self->next_ms))
        self->next_ms = due_ms;
    // What the job would go back to stays on the list, too.
    if (reason == NULL || restore_needs_snapshot(self->app, &self->facts, snapshot)) return;
    if (!restore_points_remove(self->service, self->app, snapshot, reason, err))
        self->has_left = true;
}

// Whatever the policy: they take no room of the limit, so nobody has to delete them.
static bool remove_old_failures(struct app_service *service, const struct app *app,
                                struct error *err) {
    struct snapshot snapshot;

    for (int count = 0; count < PAGE_SIZE; count++) {
        if (!snapshot_store_find_surplus(service->db, app->id, RETENTION_FAILED_KEPT, &snapshot,
                                         err))
            return err->kind == ERROR_NOT_FOUND;
        if (!restore_points_remove(service, app, &snapshot, "there are enough newer FAILED ones",
                                   err))
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
    if (retention_is_none(&self.policy)) return !self.has_left;
    restore_points_look(service, app, &self.facts);
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

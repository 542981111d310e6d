#include "controller/retention.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/event_log.h"
#include "controller/state.h"
#include "storage/snapshot_store.h"
#include "storage/tag_store.h"

#include <string.h>

// An application cannot have more than its limit by hand, and automatic ones are looked at often.
enum { SNAPSHOTS_MAX = 2000 };
static const char TAG[] = "kobel:snapshot-retention";

// --- the rule ---

static bool parse_part(const char *part, struct retention_policy *policy, struct error *err) {
    if (text_starts_with(part, "keep=") && text_to_int64(part + 5, &policy->keep) &&
        policy->keep > 0)
        return true;
    if (text_starts_with(part, "max-age=") && text_to_ms(part + 8, &policy->max_age_ms) &&
        policy->max_age_ms > 0)
        return true;
    return error_set(err, ERROR_INVALID, "'%.60s' is no retention: keep=10,max-age=7d", part);
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

// How many READY ones are newer.
static int64_t rank_of(const struct snapshot *snapshots, size_t index) {
    int64_t rank = 0;

    for (size_t newer = 0; newer < index; newer++)
        rank += snapshots[newer].status == SNAPSHOT_READY;
    return rank;
}

const char *retention_reason(const struct retention_policy *policy,
                             const struct snapshot *snapshots, size_t count, size_t index,
                             int64_t now_ms) {
    const struct snapshot *snapshot = &snapshots[index];
    int64_t rank = rank_of(snapshots, index);

    (void)count;
    if (snapshot->status != SNAPSHOT_READY || rank == 0) return NULL;
    if (policy->keep > 0 && rank >= policy->keep) return "there are enough newer ones";
    if (policy->max_age_ms > 0 && now_ms - snapshot->created_at_ms > policy->max_age_ms)
        return "it is too old";
    return NULL;
}

int64_t retention_next_ms(const struct retention_policy *policy, const struct snapshot *snapshots,
                          size_t count, int64_t now_ms) {
    int64_t next_ms = 0;

    if (policy->max_age_ms == 0) return 0;
    for (size_t index = 1; index < count; index++) {
        int64_t due_ms = snapshots[index].created_at_ms + policy->max_age_ms + 1;
        if (due_ms > now_ms && (next_ms == 0 || due_ms < next_ms)) next_ms = due_ms;
    }
    return next_ms;
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

// What a job or a move would go back to.
static bool is_referred_to(const struct app *app, const struct snapshot *snapshot) {
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (text_equal(app->slots[slot].restore_path, snapshot->location)) return true;
    return app->move.kind != MOVE_NONE && text_equal(app->move.snapshot_name, snapshot->name);
}

static bool remove_one(struct app_service *service, const struct app *app,
                       const struct snapshot *snapshot, const char *reason, struct error *err) {
    const struct cluster_port *clusters = &service->clusters;
    AUTO(db_rollback) struct db_tx tx = {0};
    json_t *detail;
    char message[400];

    if (!clusters->ops->remove_snapshot(clusters->self, app->id, snapshot->name, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!snapshot_store_remove(service->db, app->id, snapshot->name, err)) return false;
    detail = json_new_object();
    json_put_text(detail, "snapshot", snapshot->name);
    json_put_text(detail, "reason", reason);
    (void)text_format(message, sizeof message, "snapshot %s was removed: %s", snapshot->name,
                      reason);
    return event_log_add(service, app, "retention", message, detail, err) && db_commit(&tx, err);
}

bool retention_apply(struct app_service *service, const struct app *app, int64_t now_ms,
                     int64_t *out_next_ms, struct error *err) {
    struct retention_policy policy;
    size_t count;

    *out_next_ms = 0;
    if (!policy_of(service, app, &policy, err)) return false;
    if (retention_is_none(&policy)) return true;
    AUTO(memory_free) struct snapshot *snapshots = memory_alloc(SNAPSHOTS_MAX * sizeof *snapshots);
    if (!snapshot_store_list_newest(service->db, app->id, INT64_MAX, snapshots, SNAPSHOTS_MAX,
                                    &count, err))
        return false;
    for (size_t index = 0; index < count; index++) {
        const char *reason = retention_reason(&policy, snapshots, count, index, now_ms);
        if (reason == NULL || is_referred_to(app, &snapshots[index])) continue;
        if (!remove_one(service, app, &snapshots[index], reason, err)) return false;
    }
    *out_next_ms = retention_next_ms(&policy, snapshots, count, now_ms);
    return true;
}

bool retention_prune_checkpoints(struct app_service *service, const struct app *app,
                                 const char *keep_job_id, const char *reason, struct error *err) {
    const struct cluster_port *clusters = &service->clusters;
    AUTO(db_rollback) struct db_tx tx = {0};
    char message[200];
    int removed = 0;

    if (!clusters->ops->prune_checkpoints(clusters->self, app->id, keep_job_id, &removed, err))
        return false;
    if (removed == 0) return true;
    (void)text_format(message, sizeof message, "checkpoints of %d earlier jobs were removed: %s",
                      removed, reason);
    if (!db_begin(service->db, &tx, err)) return false;
    json_t *detail = json_new_object();
    json_put_int(detail, "jobs", removed);
    json_put_text(detail, "reason", reason);
    return event_log_add(service, app, "retention", message, detail, err) && db_commit(&tx, err);
}

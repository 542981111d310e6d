#include "model/app_check.h"

#include "base/cleanup.h"
#include "base/text.h"

typedef bool app_rule_fn(const struct app *app);
typedef bool placement_rule_fn(const struct app *app, enum app_slot slot);

static bool is_empty(const struct app *app, enum app_slot slot) {
    return app->slots[slot].phase == PLACEMENT_EMPTY;
}

// --- status and move ---

static bool has_positive_version(const struct app *app) {
    return app->version >= 1;
}

static bool has_the_move_of_its_status(const struct app *app) {
    // No application gets one of the statuses that are not here.
    static const struct {
        enum app_status status;
        enum move_kind kind;
    } pairs[] = {
        {APP_READY, MOVE_NONE},
        {APP_STARTING, MOVE_START},
        {APP_RUNNING, MOVE_NONE},
        {APP_UPDATING, MOVE_UPDATE},
        {APP_AUTOSCALING, MOVE_SCALE},
        {APP_MAINTENANCE, MOVE_MAINTENANCE},
        {APP_STOPPING, MOVE_STOP},
        {APP_FORCE_STOPPING, MOVE_FORCE_STOP},
        {APP_ROLLING_BACK, MOVE_ROLL_BACK},
        {APP_DELETING, MOVE_DELETE},
    };

    for (size_t index = 0; index < COUNT_OF(pairs); index++)
        if (pairs[index].status == app->status) return pairs[index].kind == app->move.kind;
    return false;
}

static bool is_not_running_when_ready(const struct app *app) {
    return app->status != APP_READY || (is_empty(app, SLOT_CURRENT) && !app->has_run_configuration);
}

static bool has_parallelism(const struct app *app) {
    return app->current_parallelism >= 1;
}

static bool has_a_current_placement_when_running(const struct app *app) {
    return app->status != APP_RUNNING || !is_empty(app, SLOT_CURRENT);
}

// --- the move ---

// The moves that end or replace a job that runs.
static bool has_old_job(const struct app *app) {
    switch (app->move.kind) {
    case MOVE_UPDATE:
    case MOVE_SCALE:
    case MOVE_MAINTENANCE:
    case MOVE_ROLL_BACK:
    case MOVE_STOP:
        return true;
    case MOVE_NONE:
    case MOVE_START:
    case MOVE_FORCE_STOP:
    case MOVE_DELETE:
    case MOVE_KIND_COUNT:
        break;
    }
    return false;
}

static bool has_a_next_placement_as_its_move_wants(const struct app *app) {
    switch (app->move.kind) {
    case MOVE_NONE:
    case MOVE_STOP:
        return is_empty(app, SLOT_NEXT);
    case MOVE_START:
        return !is_empty(app, SLOT_NEXT) && is_empty(app, SLOT_CURRENT);
    case MOVE_UPDATE:
    case MOVE_SCALE:
    case MOVE_MAINTENANCE:
        return !is_empty(app, SLOT_NEXT);
    case MOVE_ROLL_BACK: // EMPTY when the old job only gets another version number
    case MOVE_FORCE_STOP:
    case MOVE_DELETE:
    case MOVE_KIND_COUNT:
        break;
    }
    return true;
}

static bool has_an_old_job_until_halted(const struct app *app) {
    return !has_old_job(app) || app->move.halted || !is_empty(app, SLOT_CURRENT);
}

static bool is_halted_only_with_an_old_job(const struct app *app) {
    return !app->move.halted || has_old_job(app);
}

// The cluster of a stopped job is kept for the way back only where a savepoint stopped it.
static bool keeps_a_halted_cluster_after_a_savepoint_only(const struct app *app) {
    bool has_savepoint = app->move.halt == HALT_SAVEPOINT && app->move.trigger_id[0] != '\0';

    return !app->move.halted || is_empty(app, SLOT_CURRENT) || has_savepoint;
}

static bool triggers_a_savepoint_as_recorded(const struct app *app) {
    return app->move.trigger_id[0] == '\0' || app->move.halt == HALT_SAVEPOINT;
}

static bool names_the_snapshot_of_the_move(const struct app *app) {
    return app->move.halt == HALT_DISCARDS || app->move.snapshot_name[0] != '\0';
}

static bool goes_back_to_an_earlier_version(const struct app *app) {
    bool changes_version = app->move.kind == MOVE_UPDATE || app->move.kind == MOVE_ROLL_BACK;

    return app->move.previous_version >= (changes_version ? 1 : 0) &&
           app->move.previous_version < app->version;
}

static bool has_two_clusters(const struct app *app) {
    const char *current = app->slots[SLOT_CURRENT].cluster_id;

    return is_empty(app, SLOT_CURRENT) || is_empty(app, SLOT_NEXT) || current[0] == '\0' ||
           !text_equal(current, app->slots[SLOT_NEXT].cluster_id);
}

// --- a placement ---

static bool has_known_version(const struct app *app, enum app_slot slot) {
    return app->slots[slot].version >= 1 && app->slots[slot].version <= app->version;
}

static bool has_placement_parallelism(const struct app *app, enum app_slot slot) {
    return app->slots[slot].parallelism >= 1;
}

static bool has_a_cluster_once_launched(const struct app *app, enum app_slot slot) {
    return app->slots[slot].phase < PLACEMENT_LAUNCHED || app->slots[slot].cluster_id[0] != '\0';
}

static bool has_a_job_once_submitted(const struct app *app, enum app_slot slot) {
    return app->slots[slot].phase < PLACEMENT_SUBMITTED || app->slots[slot].job_id[0] != '\0';
}

static bool is_up_as_current_only(const struct app *app, enum app_slot slot) {
    return slot == SLOT_CURRENT || app->slots[slot].phase < PLACEMENT_UP;
}

// NEXT has never been UP, and what is UP waits for no launch.
static bool has_the_times_of_its_phase(const struct app *app, enum app_slot slot) {
    const struct placement *placement = &app->slots[slot];

    if (slot == SLOT_NEXT && placement->up_since_ms != 0) return false;
    return placement->phase < PLACEMENT_UP || placement->not_before_ms == 0;
}

static bool says_where_its_state_is(const struct app *app, enum app_slot slot) {
    const struct state_ref *from = &app->slots[slot].from;

    return (from->origin == STATE_EMPTY) == (from->path[0] == '\0') &&
           (from->origin != STATE_CHECKPOINT || from->job_id[0] != '\0');
}

// --- the rules ---

static const struct {
    app_rule_fn *holds;
    const char *text;
} move_rules[] = {
    {has_positive_version, "its version is at least 1"},
    {has_the_move_of_its_status, "its move is the one of its status"},
};

static const struct {
    app_rule_fn *holds;
    const char *text;
} app_rules[] = {
    {has_parallelism, "its parallelism is at least 1"},
    {is_not_running_when_ready, "a READY application has no placement and no run configuration"},
    {has_a_current_placement_when_running, "a RUNNING application has a current placement"},
    {has_a_next_placement_as_its_move_wants, "its move has the placements of its kind"},
    {has_an_old_job_until_halted, "the old job of a move has a placement until it is halted"},
    {is_halted_only_with_an_old_job, "only a move with an old job is halted"},
    {keeps_a_halted_cluster_after_a_savepoint_only,
     "a halted job keeps its placement only after a savepoint"},
    {triggers_a_savepoint_as_recorded, "only a halt with a savepoint has a trigger"},
    {names_the_snapshot_of_the_move, "a halt that keeps the state names its snapshot"},
    {goes_back_to_an_earlier_version, "the version before a move is an earlier one"},
    {has_two_clusters, "no cluster is in both placements"},
};

static const struct {
    placement_rule_fn *holds;
    const char *text;
} placement_rules[] = {
    {has_known_version, "a placement runs a version of the application"},
    {has_placement_parallelism, "the parallelism of a placement is at least 1"},
    {has_a_cluster_once_launched, "a launched placement has a cluster"},
    {has_a_job_once_submitted, "a submitted placement has a job"},
    {is_up_as_current_only, "only the current placement is UP or ENDED"},
    {has_the_times_of_its_phase, "a placement has the times of its phase"},
    {says_where_its_state_is, "a state has a place, and a checkpoint a job"},
};

static const char *check_placement(const struct app *app, enum app_slot slot) {
    if (is_empty(app, slot)) return NULL;
    for (size_t index = 0; index < COUNT_OF(placement_rules); index++)
        if (!placement_rules[index].holds(app, slot)) return placement_rules[index].text;
    return NULL;
}

const char *app_check(const struct app *app) {
    for (size_t index = 0; index < COUNT_OF(move_rules); index++)
        if (!move_rules[index].holds(app)) return move_rules[index].text;
    if (app->move.kind == MOVE_DELETE || app->move.kind == MOVE_FORCE_STOP) return NULL;
    for (size_t index = 0; index < COUNT_OF(app_rules); index++)
        if (!app_rules[index].holds(app)) return app_rules[index].text;
    const char *broken = check_placement(app, SLOT_CURRENT);
    return broken != NULL ? broken : check_placement(app, SLOT_NEXT);
}

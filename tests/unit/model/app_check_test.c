#include "model/app_check.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct placement placement_in(enum placement_phase phase) {
    return (struct placement){
        .phase = phase, .cluster_id = "c-1", .job_id = "job", .version = 1, .parallelism = 1};
}

static struct app app_in(enum app_status status, enum move_kind kind) {
    return (struct app){
        .status = status, .version = 2, .current_parallelism = 1, .move = {.kind = kind}};
}

static struct app running(void) {
    struct app app = app_in(APP_RUNNING, MOVE_NONE);

    app.slots[SLOT_CURRENT] = placement_in(PLACEMENT_UP);
    app.has_run_configuration = true;
    return app;
}

// In HALT: the next cluster is ready, the savepoint of the old job was requested.
static struct app updating(void) {
    struct app app = running();

    app.status = APP_UPDATING;
    app.move = (struct move){.kind = MOVE_UPDATE,
                             .halt = HALT_SAVEPOINT,
                             .snapshot_name = "s",
                             .trigger_id = "t",
                             .previous_version = 1};
    app.slots[SLOT_NEXT] = placement_in(PLACEMENT_LAUNCHED);
    app.slots[SLOT_NEXT].version = 2;
    (void)text_copy(app.slots[SLOT_NEXT].cluster_id, APP_CLUSTER_ID_SIZE, "c-2");
    return app;
}

static struct app rolling_back(void) {
    struct app app = updating();

    app.status = APP_ROLLING_BACK;
    app.move.kind = MOVE_ROLL_BACK;
    app.move.halted = true;
    return app;
}

Test(app_check, accepts_what_is_consistent) {
    struct app ready = app_in(APP_READY, MOVE_NONE);
    struct app starting = app_in(APP_STARTING, MOVE_START);
    struct app up = running();
    struct app in_halt = updating();
    struct app with_warm_cluster = rolling_back();
    struct app only_renumbered = rolling_back();

    starting.slots[SLOT_NEXT] = placement_in(PLACEMENT_PLANNED);
    starting.slots[SLOT_NEXT].cluster_id[0] = starting.slots[SLOT_NEXT].job_id[0] = '\0';
    only_renumbered.slots[SLOT_NEXT] = (struct placement){0};
    only_renumbered.move.halted = false;
    const struct app *all[] = {&ready,   &starting,          &up,
                               &in_halt, &with_warm_cluster, &only_renumbered};
    for (size_t index = 0; index < COUNT_OF(all); index++) {
        const char *broken = app_check(all[index]);
        cr_assert_null(broken, "%zu: %s", index, broken);
    }
}

// Each makes a consistent record break one rule.
static void take_version(struct app *app) {
    app->version = 0;
}

static void take_parallelism(struct app *app) {
    app->current_parallelism = 0;
}

static void forget_move(struct app *app) {
    app->move.kind = MOVE_NONE;
}

static void be_in_maintenance(struct app *app) {
    app->status = APP_MAINTENANCE;
}

static void be_ready(struct app *app) {
    app->status = APP_READY;
}

static void lose_current(struct app *app) {
    app->slots[SLOT_CURRENT] = (struct placement){0};
}

static void get_next(struct app *app) {
    app->slots[SLOT_NEXT] = placement_in(PLACEMENT_PLANNED);
    app->slots[SLOT_NEXT].cluster_id[0] = '\0';
}

static void lose_next(struct app *app) {
    app->slots[SLOT_NEXT] = (struct placement){0};
}

static void stop(struct app *app) {
    app->status = APP_STOPPING;
    app->move = (struct move){.kind = MOVE_STOP};
}

static void start(struct app *app) {
    app->status = APP_STARTING;
    app->move = (struct move){.kind = MOVE_START};
}

static void be_halted(struct app *app) {
    app->move.halted = true;
}

static void discard(struct app *app) {
    app->move.halt = HALT_DISCARDS;
}

static void discard_and_be_halted(struct app *app) {
    app->move.halt = HALT_DISCARDS;
    app->move.trigger_id[0] = '\0';
    app->move.halted = true;
}

static void forget_snapshot(struct app *app) {
    app->move.snapshot_name[0] = '\0';
}

static void forget_previous(struct app *app) {
    app->move.previous_version = 0;
}

static void go_back_to_itself(struct app *app) {
    app->move.previous_version = app->version;
}

static void share_cluster(struct app *app) {
    app->slots[SLOT_NEXT].cluster_id[2] = '1';
}

static void run_unknown_version(struct app *app) {
    app->slots[SLOT_CURRENT].version = 3;
}

static void run_nowhere(struct app *app) {
    app->slots[SLOT_CURRENT].parallelism = 0;
}

static void lose_cluster(struct app *app) {
    app->slots[SLOT_CURRENT].cluster_id[0] = '\0';
}

static void lose_job(struct app *app) {
    app->slots[SLOT_CURRENT].job_id[0] = '\0';
}

static void be_up_as_next(struct app *app) {
    app->slots[SLOT_NEXT].phase = PLACEMENT_UP;
}

static void wait_for_a_launch(struct app *app) {
    app->slots[SLOT_CURRENT].not_before_ms = 1;
}

static void have_come_up_as_next(struct app *app) {
    app->slots[SLOT_NEXT].up_since_ms = 1;
}

static void start_from_nowhere(struct app *app) {
    app->slots[SLOT_CURRENT].from.origin = STATE_SNAPSHOT;
}

static void start_from_unknown_checkpoint(struct app *app) {
    app->slots[SLOT_CURRENT].from = (struct state_ref){.origin = STATE_CHECKPOINT, .path = "/p"};
}

static void have_a_place_of_nothing(struct app *app) {
    app->slots[SLOT_CURRENT].from = (struct state_ref){.path = "/p"};
}

struct breach {
    struct app (*of)(void);
    void (*apply)(struct app *app);
    const char *part; // of the rule's text
};

// clang-format off
static const struct breach breaches[] = {
    {running,  take_version,                  "version is at least 1"},
    {running,  take_parallelism,              "parallelism is at least 1"},
    {updating, forget_move,                   "the one of its status"},
    {running,  be_in_maintenance,             "the one of its status"},
    {running,  be_ready,                      "READY application"},
    {running,  lose_current,                  "RUNNING application"},
    {running,  get_next,                      "placements of its kind"},
    {updating, lose_next,                     "placements of its kind"},
    {updating, stop,                          "placements of its kind"},
    {updating, start,                         "placements of its kind"},
    {updating, lose_current,                  "until it is halted"},
    {running,  be_halted,                     "with an old job is halted"},
    {updating, discard_and_be_halted,         "only after a savepoint"},
    {updating, discard,                       "has a trigger"},
    {updating, forget_snapshot,               "names its snapshot"},
    {updating, forget_previous,               "an earlier one"},
    {updating, go_back_to_itself,             "an earlier one"},
    {updating, share_cluster,                 "in both placements"},
    {running,  run_unknown_version,           "runs a version"},
    {running,  run_nowhere,                   "parallelism of a placement"},
    {running,  lose_cluster,                  "has a cluster"},
    {running,  lose_job,                      "has a job"},
    {updating, be_up_as_next,                 "placement is UP"},
    {running,  wait_for_a_launch,             "times of its phase"},
    {updating, have_come_up_as_next,          "times of its phase"},
    {running,  start_from_nowhere,            "a state has a place"},
    {running,  start_from_unknown_checkpoint, "a state has a place"},
    {running,  have_a_place_of_nothing,       "a state has a place"},
};
// clang-format on

Test(app_check, names_the_rule_that_is_broken) {
    for (size_t index = 0; index < COUNT_OF(breaches); index++) {
        struct app app = breaches[index].of();
        breaches[index].apply(&app);
        const char *broken = app_check(&app);
        cr_assert_not_null(broken, "row %zu", index);
        cr_assert_not_null(strstr(broken, breaches[index].part), "row %zu: %s", index, broken);
    }
}

Test(app_check, lets_anything_be_deleted_or_stopped_by_force) {
    static const struct {
        enum app_status status;
        enum move_kind kind;
    } ends[] = {{APP_DELETING, MOVE_DELETE}, {APP_FORCE_STOPPING, MOVE_FORCE_STOP}};

    for (size_t end = 0; end < COUNT_OF(ends); end++) {
        struct app app = updating();
        app.status = ends[end].status;
        app.move = (struct move){.kind = ends[end].kind, .halted = true};
        lose_cluster(&app);
        be_up_as_next(&app);
        cr_assert_null(app_check(&app));
        app.move.kind = MOVE_UPDATE;
        cr_assert_not_null(app_check(&app));
    }
}

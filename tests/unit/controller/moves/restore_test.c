// From which state the next job starts, and what must stay for it, as tables.
#include "controller/moves/restore.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

// What a slot holds. Jobs are called "old" and "new", each with or without a checkpoint of its own;
// what they were started from is a snapshot at /s or a checkpoint of job "before" at /c.
enum slot_state {
    NONE,
    PLANNED_FROM_S, // no job yet
    PLANNED_FROM_C,
    FRESH,  // a job that started empty and has no checkpoint yet
    FROM_S, // ... from the snapshot
    FROM_C, // ... from a checkpoint
    SAVED,  // a job that has a checkpoint of its own, started from /c
};

static void fill(struct app *app, struct restore_facts *facts, enum app_slot slot,
                 enum slot_state state) {
    struct placement *placement = &app->slots[slot];
    bool is_from_s = state == PLANNED_FROM_S || state == FROM_S;
    bool is_from_c = state == PLANNED_FROM_C || state == FROM_C || state == SAVED;
    bool has_job = state != PLANNED_FROM_S && state != PLANNED_FROM_C;

    if (state == NONE) return;
    placement->phase = has_job ? PLACEMENT_SUBMITTED : PLACEMENT_LAUNCHED;
    if (is_from_s) placement->from = (struct state_ref){.origin = STATE_SNAPSHOT, .path = "/s"};
    if (is_from_c)
        placement->from =
            (struct state_ref){.origin = STATE_CHECKPOINT, .job_id = "before", .path = "/c"};
    if (has_job)
        (void)text_copy(placement->job_id, APP_JOB_ID_SIZE, slot == SLOT_CURRENT ? "old" : "new");
    if (state == SAVED)
        (void)text_copy(facts->checkpoints[slot], FILE_PATH_MAX,
                        slot == SLOT_CURRENT ? "/old/chk-7" : "/new/chk-1");
}

// --- what is kept when an application becomes READY ---

struct rest_row {
    char name[80];
    enum slot_state current;
    enum slot_state next;
    bool halted;
    char latest[24];       // location of the newest READY snapshot
    char latest_after[24]; // ... which was asked for after this checkpoint
    char kept[24];         // "" = nothing is to be kept
};

// clang-format off
static struct rest_row rest_rows[] = {
    {"a job that never saved anything",                FRESH,  NONE,           false, "",   "",           ""},
    {"a job with a checkpoint",                        SAVED,  NONE,           false, "",   "",           "/old/chk-7"},
    {"... and an older snapshot",                      SAVED,  NONE,           false, "/s", "/old/chk-6", "/old/chk-7"},
    {"... and a snapshot after its last checkpoint",   SAVED,  NONE,           false, "/s", "/old/chk-7", ""},
    {"... that is kept already",                       SAVED,  NONE,           false, "/old/chk-7", "",   ""},
    {"a recovered job before its first checkpoint",    FROM_C, NONE,           false, "",   "",           "/c"},
    {"a job that a snapshot was restored to",          FROM_S, NONE,           false, "/s", "",           ""},
    {"... and the snapshot is deleted meanwhile",      FROM_S, NONE,           false, "",   "",           "/s"},
    {"a job that was stopped with a savepoint",        SAVED,  NONE,           true,  "/h", "/old/chk-7", ""},
    {"an update that had not stopped the old job",     SAVED,  PLANNED_FROM_S, false, "",   "",           "/old/chk-7"},
    {"an update that had, the old cluster is warm",    SAVED,  PLANNED_FROM_S, true,  "/s", "",           ""},
    {"an update whose job did not come up",            SAVED,  FROM_S,         true,  "/s", "",           ""},
    {"an update whose job has a checkpoint already",   NONE,   SAVED,          true,  "/s", "",           "/new/chk-1"},
    {"an update from the checkpoint of the old job",   NONE,   FROM_C,         true,  "",   "",           "/c"},
    {"a start that failed",                            NONE,   FROM_S,         false, "/s", "",           ""},
    {"an empty start that failed",                     NONE,   FRESH,          false, "",   "",           ""},
};
// clang-format on

ParameterizedTestParameters(restore, keeps_the_newest_state_of_a_ready_application) {
    return cr_make_param_array(struct rest_row, rest_rows, sizeof rest_rows / sizeof rest_rows[0]);
}

ParameterizedTest(struct rest_row *row, restore, keeps_the_newest_state_of_a_ready_application) {
    struct app app = {.move = {.halted = row->halted}};
    struct restore_facts facts = {0};
    struct snapshot latest = {.status = SNAPSHOT_READY};
    struct state_ref state = {0};
    enum app_slot slot;

    fill(&app, &facts, SLOT_CURRENT, row->current);
    fill(&app, &facts, SLOT_NEXT, row->next);
    (void)text_copy(latest.location, sizeof latest.location, row->latest);
    (void)text_copy(latest.after_checkpoint, sizeof latest.after_checkpoint, row->latest_after);
    bool keeps =
        restore_to_keep(&app, &facts, row->latest[0] == '\0' ? NULL : &latest, &state, &slot);
    cr_assert(eq(int, keeps, row->kept[0] != '\0'), "%s", row->name);
    cr_assert(eq(str, state.path, row->kept), "%s", row->name);
}

// --- what is needed ---

struct need_row {
    char name[80];
    enum slot_state current;
    enum slot_state next;
    bool needs_old; // the checkpoints of job "old"
    bool needs_before;
    bool needs_s; // the files of the snapshot at /s
};

// clang-format off
static struct need_row need_rows[] = {
    {"nothing runs",                                NONE,   NONE,           false, false, false},
    {"a job with a checkpoint needs its own",       SAVED,  NONE,           true,  false, false},
    {"... before it, what it was started from",     FROM_C, NONE,           true,  true,  false},
    {"... which may be a snapshot",                 FROM_S, NONE,           true,  false, true},
    {"the next job needs what it is to start from", SAVED,  PLANNED_FROM_S, true,  false, true},
    {"... or is to go back to",                     SAVED,  FROM_C,         true,  true,  false},
    {"... until it has a checkpoint",               NONE,   SAVED,          false, false, false},
};
// clang-format on

ParameterizedTestParameters(restore, needs_what_a_job_would_go_back_to) {
    return cr_make_param_array(struct need_row, need_rows, sizeof need_rows / sizeof need_rows[0]);
}

ParameterizedTest(struct need_row *row, restore, needs_what_a_job_would_go_back_to) {
    const struct snapshot snapshot = {.name = "s", .location = "/s"};
    const struct snapshot other = {.name = "t", .location = "/t"};
    struct restore_facts facts = {0};
    struct app app = {0};

    fill(&app, &facts, SLOT_CURRENT, row->current);
    fill(&app, &facts, SLOT_NEXT, row->next);
    cr_assert(eq(int, restore_needs_job(&app, &facts, "old"), row->needs_old), "%s", row->name);
    cr_assert(eq(int, restore_needs_job(&app, &facts, "before"), row->needs_before), "%s",
              row->name);
    cr_assert(eq(int, restore_needs_snapshot(&app, &facts, &snapshot), row->needs_s), "%s",
              row->name);
    cr_assert(not(restore_needs_job(&app, &facts, "unknown")));
    cr_assert(not(restore_needs_snapshot(&app, &facts, &other)));
}

// --- the next job ---

// Each row is a command or the end of a job, and what the next job starts from: the path, which
// shows where it comes from. "" = empty.
struct next_row {
    char name[80];
    enum restore_type type;
    enum halt_kind halt;
    bool has_snapshot; // the one that is named, or the newest
    bool has_left;     // the halt left a state
    char start[8];     // what a start gives
    char planned[8];   // what slot NEXT has while the old job still runs
    char moved[8];     // what it has after the halt
};

// clang-format off
static struct next_row next_rows[] = {
    {"the latest state, of a halt with a savepoint", RESTORE_LATEST, HALT_SAVEPOINT,  true,  true,  "/s", "",   "/h"},
    {"... of a halt that keeps the checkpoint",      RESTORE_LATEST, HALT_CHECKPOINT, true,  true,  "/s", "",   "/h"},
    {"... where snapshots are disabled",             RESTORE_LATEST, HALT_DISCARDS,   true,  true,  "/s", "",   ""},
    {"... where there is none",                      RESTORE_LATEST, HALT_SAVEPOINT,  false, false, "",   "",   ""},
    {"a snapshot by name",                           RESTORE_CUSTOM, HALT_SAVEPOINT,  true,  true,  "/s", "/s", "/s"},
    {"... where snapshots are disabled",             RESTORE_CUSTOM, HALT_DISCARDS,   true,  true,  "/s", "/s", "/s"},
    {"no state",                                     RESTORE_SKIP,   HALT_SAVEPOINT,  true,  true,  "",   "",   ""},
};
// clang-format on

ParameterizedTestParameters(restore, starts_the_next_job_from_what_was_asked_for) {
    return cr_make_param_array(struct next_row, next_rows, sizeof next_rows / sizeof next_rows[0]);
}

ParameterizedTest(struct next_row *row, restore, starts_the_next_job_from_what_was_asked_for) {
    const struct snapshot snapshot = {.status = SNAPSHOT_READY, .location = "/s"};
    const struct state_ref custom = restore_of_snapshot(&snapshot);
    struct state_ref left = {0};
    struct app app = {.move = {.kind = MOVE_UPDATE, .halt = row->halt}};

    if (row->has_left) left = (struct state_ref){.origin = STATE_SNAPSHOT, .path = "/h"};
    cr_assert(
        eq(str, restore_at_start(row->type, row->has_snapshot ? &snapshot : NULL).path, row->start),
        "%s", row->name);
    // What slot NEXT had before a move is forgotten.
    app.slots[SLOT_NEXT].from = (struct state_ref){.origin = STATE_SNAPSHOT, .path = "/before"};
    restore_at_move(&app, row->type, &custom);
    cr_assert(eq(str, app.slots[SLOT_NEXT].from.path, row->planned), "%s", row->name);
    cr_assert(eq(str, restore_after_halt(&app, &left).path, row->moved), "%s", row->name);
}

Test(restore, continues_the_version_before_from_what_the_halt_left) {
    const struct state_ref left = {.origin = STATE_SNAPSHOT, .path = "/h"};
    const struct state_ref newest = {.origin = STATE_SNAPSHOT, .path = "/s"};
    struct app app = {.move = {.kind = MOVE_UPDATE}};

    cr_assert(eq(int, restore_at_roll_back(&app, NULL, NULL).origin, STATE_EMPTY));
    cr_assert(eq(str, restore_at_roll_back(&app, NULL, &newest).path, "/s"));
    app.slots[SLOT_NEXT].from = (struct state_ref){.origin = STATE_CHECKPOINT, .path = "/c"};
    cr_assert(eq(str, restore_at_roll_back(&app, NULL, &newest).path, "/c"));
    cr_assert(eq(str, restore_at_roll_back(&app, &left, &newest).path, "/h"));
}

Test(restore, reads_savepoints_of_the_same_or_an_earlier_flink_only) {
    struct snapshot snapshot = {.status = SNAPSHOT_READY, .runtime = RUNTIME_FLINK_1_20};

    cr_assert(restore_can_read(&snapshot, RUNTIME_FLINK_1_20));
    cr_assert(restore_can_read(&snapshot, RUNTIME_FLINK_2_2));
    snapshot.runtime = RUNTIME_FLINK_2_2;
    cr_assert(not(restore_can_read(&snapshot, RUNTIME_FLINK_1_20)));
    snapshot.status = SNAPSHOT_FAILED;
    cr_assert(not(restore_can_read(&snapshot, RUNTIME_FLINK_2_2)));
    cr_assert(restore_check_runtime("It", RUNTIME_FLINK_1_20, RUNTIME_FLINK_2_2, NULL));
    cr_assert(not(restore_check_runtime("It", RUNTIME_FLINK_2_2, RUNTIME_FLINK_1_20, NULL)));
}

Test(restore, takes_the_checkpoint_of_the_last_job_before_what_that_was_started_from) {
    const struct snapshot late = {.location = "/late"};
    struct restore_facts facts = {0};
    struct app app = {0};

    fill(&app, &facts, SLOT_CURRENT, SAVED);
    fill(&app, &facts, SLOT_NEXT, FROM_S);
    struct state_ref state = restore_of_slot(&app, SLOT_CURRENT, &facts);
    cr_assert(eq(int, state.origin, STATE_CHECKPOINT));
    cr_assert(eq(str, state.job_id, "old"));
    cr_assert(eq(str, state.path, "/old/chk-7"));
    cr_assert(eq(str, restore_of_slot(&app, SLOT_NEXT, &facts).path, "/s"));
    cr_assert(eq(str, restore_without_halt(&app, &facts, NULL).path, "/old/chk-7"));
    cr_assert(eq(str, restore_without_halt(&app, &facts, &late).path, "/late"));
}

Test(restore, starts_from_a_manual_snapshot_only_without_a_checkpoint) {
    struct restore_facts facts = {0};
    struct app app = {0};

    fill(&app, &facts, SLOT_CURRENT, FROM_S);
    cr_assert(restore_from_manual(&app, &facts));
    fill(&app, &facts, SLOT_CURRENT, SAVED);
    cr_assert(not(restore_from_manual(&app, &facts)));
}

Test(restore, takes_a_job_for_stopped_where_no_checkpoint_followed_the_savepoint) {
    struct snapshot late = {.location = "/s", .after_checkpoint = "/old/chk-7"};
    struct app app = {.last_checkpoint = "/old/chk-7"};

    cr_assert(restore_was_stopped_by(&app, &late));
    (void)text_copy(app.last_checkpoint, sizeof app.last_checkpoint, "/old/chk-8");
    cr_assert(not(restore_was_stopped_by(&app, &late)));
    late.after_checkpoint[0] = app.last_checkpoint[0] = '\0';
    cr_assert(not(restore_was_stopped_by(&app, &late)));
}

// --- what the user may delete ---

Test(restore, keeps_the_snapshots_of_a_move_listed) {
    const struct snapshot of_move = {.name = "m", .location = "/m"};
    const struct snapshot restored = {.name = "s", .location = "/s"};
    const struct snapshot failed = {.name = "f"};
    struct app app = {.move = {.kind = MOVE_UPDATE, .snapshot_name = "m"}};

    app.slots[SLOT_NEXT].from = (struct state_ref){.origin = STATE_SNAPSHOT, .path = "/s"};
    cr_assert_not_null(restore_keeps_listed(&app, &of_move));
    cr_assert_not_null(restore_keeps_listed(&app, &restored));
    cr_assert_null(restore_keeps_listed(&app, &failed));
    app.slots[SLOT_NEXT].from = (struct state_ref){0};
    cr_assert_null(restore_keeps_listed(&app, &restored));
    cr_assert_null(restore_keeps_listed(&app, &failed));
    app.move = (struct move){0};
    cr_assert_null(restore_keeps_listed(&app, &of_move));
}

Test(restore, knows_a_kept_checkpoint_from_a_savepoint) {
    const struct snapshot savepoint = {.location = "/s"};
    const struct snapshot checkpoint = {.location = "/j/chk-1", .job_id = "j"};
    const struct snapshot unfinished = {.status = SNAPSHOT_CREATING};

    cr_assert(eq(int, restore_of_snapshot(&savepoint).origin, STATE_SNAPSHOT));
    cr_assert(eq(int, restore_of_snapshot(&checkpoint).origin, STATE_CHECKPOINT));
    cr_assert(eq(str, restore_of_snapshot(&checkpoint).job_id, "j"));
    cr_assert(eq(int, restore_of_snapshot(&unfinished).origin, STATE_EMPTY));
}

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

// --- at rest ---

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

ParameterizedTestParameters(restore, at_rest_keeps_the_newest_state) {
    return cr_make_param_array(struct rest_row, rest_rows, sizeof rest_rows / sizeof rest_rows[0]);
}

ParameterizedTest(struct rest_row *row, restore, at_rest_keeps_the_newest_state) {
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
        restore_at_rest(&app, &facts, row->latest[0] == '\0' ? NULL : &latest, &state, &slot);
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
    cr_assert(not(restore_needs_job(&app, &facts, "nobody's")));
    cr_assert(not(restore_needs_snapshot(&app, &facts, &other)));
}

// --- the next job ---

Test(restore, takes_the_checkpoint_of_the_last_job_before_what_that_was_started_from) {
    struct restore_facts facts = {0};
    struct app app = {0};

    fill(&app, &facts, SLOT_CURRENT, SAVED);
    fill(&app, &facts, SLOT_NEXT, FROM_S);
    struct state_ref state = restore_of_slot(&app, SLOT_CURRENT, &facts);
    cr_assert(eq(int, state.origin, STATE_CHECKPOINT));
    cr_assert(eq(str, state.job_id, "old"));
    cr_assert(eq(str, state.path, "/old/chk-7"));
    cr_assert(eq(str, restore_of_slot(&app, SLOT_NEXT, &facts).path, "/s"));
}

Test(restore, takes_what_the_halt_left_unless_told_otherwise) {
    const struct state_ref left = {.origin = STATE_SNAPSHOT, .path = "/h"};
    struct app app = {.move = {.halt = HALT_SAVEPOINT, .restores_halt = true}};

    app.slots[SLOT_NEXT].from = (struct state_ref){.origin = STATE_SNAPSHOT, .path = "/custom"};
    cr_assert(eq(str, restore_after_halt(&app, &left).path, "/h"));
    app.move.halt = HALT_CHECKPOINT;
    cr_assert(eq(str, restore_after_halt(&app, &left).path, "/h"));
    app.move.halt = HALT_DISCARDS; // snapshots are disabled
    cr_assert(eq(str, restore_after_halt(&app, &left).path, "/custom"));
    app.move = (struct move){.halt = HALT_SAVEPOINT};
    cr_assert(eq(str, restore_after_halt(&app, &left).path, "/custom"));
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

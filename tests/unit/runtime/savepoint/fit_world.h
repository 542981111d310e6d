// A savepoint and a program, as the tests of the fit need them.
#pragma once

#include "base/memory.h"
#include "base/text.h"
#include "runtime/savepoint/operator_id.h"
#include "runtime/savepoint/savepoint_fit.h"

static struct savepoint_metadata saved;
static struct job_graph program;
static struct savepoint_fit fit;
static struct savepoint_target target = {RUNTIME_FLINK_2_2, 4, 0};

static void set_up(void) {
    saved = (struct savepoint_metadata){.version = 6, .kind = SAVEPOINT_CANONICAL};
    saved.operators = memory_alloc(10 * sizeof *saved.operators);
    program.operators = memory_alloc(10 * sizeof *program.operators);
    program.count = 0;
}

static void tear_down(void) {
    savepoint_metadata_free(&saved);
    savepoint_fit_free(&fit);
    job_graph_free(&program);
}

// With 2,000 bytes of state. A uid of "" gives the id of the name.
static struct savepoint_operator *save(const char *uid, const char *name) {
    struct savepoint_operator *entry = &saved.operators[saved.operator_count++];

    operator_id_of_uid(uid[0] == '\0' ? name : uid, entry->id);
    (void)text_copy(entry->uid, sizeof entry->uid, uid);
    (void)text_copy(entry->name, sizeof entry->name, name);
    entry->parallelism = 2;
    entry->max_parallelism = 128;
    entry->subtasks_with_state = 2;
    entry->keyed_state.file_bytes = 2000;
    entry->states = memory_alloc(sizeof *entry->states);
    entry->states[entry->state_count++] = (struct savepoint_named_state){
        SAVEPOINT_STATE_KEYED_VALUE, memory_copy_text("total"), memory_copy_text("")};
    return entry;
}

static struct job_operator *operate(const char *uid, const char *name) {
    struct job_operator *entry = &program.operators[program.count++];

    operator_id_of_uid(uid[0] == '\0' ? name : uid, entry->id);
    (void)text_copy(entry->uid, sizeof entry->uid, uid);
    (void)text_copy(entry->name, sizeof entry->name, name);
    return entry;
}

static void compare(void) {
    savepoint_fit_free(&fit);
    savepoint_fit_make(&fit, &saved, &program, &target);
}

// A small working port of programs: every inspection waits until fake_program_answer(), and all
// programs have the same operators.
#pragma once

#include "runtime/program.h"

struct fake_program {
    bool is_missing; // the port: as its absence
    struct job_operator operators[8];
    size_t count;
    const char *failure;   // why main() fails; NULL = it does not
    int parallelism;       // of the newest order
    int asked;             // inspections so far
    program_done_fn *done; // NULL: none waits
    void *userdata;
};

struct program_port fake_program_port(struct fake_program *self);
// An operator of the program, by its uid.
void fake_program_add(struct fake_program *self, const char *uid, const char *name);
// Answers what waits. False: nothing does.
bool fake_program_answer(struct fake_program *self);
// The daemon dies.
void fake_program_forget(struct fake_program *self);

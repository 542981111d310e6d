// What must hold for the applications and the enhanced snapshots of a fake world. A check that
// fails fails the running test.
#pragma once

#include "fakes/fake_world.h"

// After every turn: a snapshot that is READY has its files, and so has what an export copies and
// what a job is or will be started from.
void fake_world_check_files(struct fake_world *world);

// No operation is in progress.
bool fake_world_is_quiet(struct fake_world *world);
// What it waits for, as text; the caller releases it.
char *fake_world_print_waiting(struct fake_world *world);

// In a quiet world: each operation has ended and each snapshot is READY or FAILED with the journal
// that belongs to that; and there is no file without a record that needs it.
void fake_world_check_records(struct fake_world *world);
void fake_world_check_no_other_files(struct fake_world *world);

// What users do, and what happens, to the application "a" of a fake world, as scenarios give it.
#pragma once

#include "fakes/fake_world.h"

#define UPDATE_TO_FOUR                                                                             \
    "{\"FlinkApplicationConfigurationUpdate\":{\"ParallelismConfigurationUpdate\":"                \
    "{\"ConfigurationTypeUpdate\":\"CUSTOM\",\"ParallelismUpdate\":4}}}"

// A command that a dying daemon did not take is given again by its user.
typedef bool command_fn(struct fake_world *world, struct error *err);

command_fn command_start;
command_fn command_stop;
command_fn command_force_stop;
command_fn command_update;
command_fn command_update_properties;
command_fn command_snapshot;
command_fn command_delete;
command_fn command_roll_back;
command_fn command_delete_snapshot;
command_fn command_lose;
command_fn command_bad_update;
command_fn command_incident;
command_fn command_update_badly;
command_fn command_fail;
command_fn command_cancel;
command_fn command_finish;
command_fn command_reuse_name;
command_fn command_die_in_confirm;
command_fn command_die_again_and_again;
command_fn command_stop_while_a_task_ends;
command_fn command_burn;

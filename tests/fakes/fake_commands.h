// Commands of users, and events, for the application "a" of a fake world: the steps of scenarios.
#pragma once

#include "fakes/fake_world.h"

#define UPDATE_TO_FOUR                                                                             \
    "{\"FlinkApplicationConfigurationUpdate\":{\"ParallelismConfigurationUpdate\":"                \
    "{\"ConfigurationTypeUpdate\":\"CUSTOM\",\"ParallelismUpdate\":4}}}"
// A member of an ApplicationConfigurationUpdate.
#define UPDATE_TO_ROLL_BACK                                                                        \
    "\"ApplicationSystemRollbackConfigurationUpdate\":{\"RollbackEnabledUpdate\":true}"

// False: the command was refused, or the daemon died before it was recorded; then a user repeats
// it.
typedef bool command_fn(struct fake_world *world, struct error *err);

command_fn command_start;
command_fn command_stop;
command_fn command_force_stop;
command_fn command_update;
command_fn command_update_properties;
command_fn command_enable_roll_back;
command_fn command_snapshot;
command_fn command_delete;
command_fn command_roll_back;
command_fn command_delete_snapshot;
command_fn command_lose_cluster;
command_fn command_bad_update_with_roll_back;
command_fn command_bad_update_without_cluster;
command_fn command_bad_update;
command_fn command_fail_job;
command_fn command_cancel_job;
command_fn command_finish_job;
command_fn command_reuse_name;
command_fn command_lose_in_confirm;
command_fn command_lose_all_in_confirm;
command_fn command_stop_while_a_task_ends;
command_fn command_keep_busy;
command_fn command_maintain;

// The commands that show an application or snapshots, or change them.
#pragma once

#include "cli/client/session.h"

session_command_fn command_status;
session_command_fn command_logs;
session_command_fn command_events;
session_command_fn command_explain;
session_command_fn command_stop;
session_command_fn command_snapshot;
session_command_fn command_snapshots;
session_command_fn command_export;
session_command_fn command_import;
session_command_fn command_restore;
session_command_fn command_scale;
session_command_fn command_maintenance;

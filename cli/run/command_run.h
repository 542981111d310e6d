// run: an application from its jar, until it is interrupted.
#pragma once

#include "cli/client/session.h"

session_command_fn command_run;

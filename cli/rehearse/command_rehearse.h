// rehearse: starts a program from a snapshot of another place, without touching any application.
#pragma once

#include "cli/client/session.h"

session_command_fn command_rehearse;

// doctor: checks this machine, and the jar of an application.
#pragma once

#include "cli/client/session.h"

session_command_fn command_doctor;

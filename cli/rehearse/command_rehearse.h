// rehearse: starts a program from a snapshot of another place, without touching any application.
// doctor: the checks of cli/doctor, and with --snapshot the comparison of the rehearsal.
#pragma once

#include "cli/client/session.h"

session_command_fn command_rehearse;
session_command_fn command_rehearse_doctor;

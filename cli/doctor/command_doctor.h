// doctor: what is wrong with this machine, and with an application's jar.
#pragma once

#include "cli/client/session.h"

session_command_fn command_doctor;

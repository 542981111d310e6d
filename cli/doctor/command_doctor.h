// doctor: checks this machine, and the jar of an application.
#pragma once

#include "cli/client/session.h"

// Sets the exit status. With --json nothing is printed, and the findings are added to `all`.
MUST_CHECK bool command_doctor_check(struct session *session, json_t *all, struct error *err);

// What a user can do when the service refuses an operation because the job fails again and again.
#pragma once

#include "cli/client/session.h"

// Prints the job's exception and the ways out below the error of a command about the application
// `session->app_name`, if that is the reason.
void downtime_hint_print(const struct session *session, const struct error *err);

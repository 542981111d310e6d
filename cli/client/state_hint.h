// What a user of the command line can do when a program does not take the state of its application.
#pragma once

#include "cli/client/session.h"

// Prints the options of `kobel run` below an error that names those of the API, if it does.
void state_hint_print(const struct session *session, const struct error *err);

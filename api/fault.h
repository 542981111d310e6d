// From kinds of error to the exceptions of the service (facts/api.md 1.3).
#pragma once

#include "base/error.h"

// The exception's name; ERROR_UNAVAILABLE and ERROR_SYSTEM are InternalFailure.
const char *fault_name(enum error_kind kind);
// HTTP status of an exception: 500 for internal failures, 413 for bodies that are too large, 400
// for all others.
int fault_status(const char *error_type);
// {"__type", "Message", "message"}: SDKs read either spelling. Only "__type" when `message` is
// NULL. The caller frees.
char *fault_body(const char *error_type, const char *message);

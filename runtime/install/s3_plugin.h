// The file system for s3:// and s3a://, which the service has, as a plugin of a runtime.
#pragma once

#include "runtime/install/installation.h"

// Adds it where it is missing: from opt/ of an official distribution, or with Maven, because the
// pip package does not have it. Without either, the runtime is complete all the same: that is
// reported and true. ERROR_SYSTEM: the files of the installation cannot be changed.
MUST_CHECK bool s3_plugin_add(const struct installation *self, struct error *err);
// True: the runtime in that directory has it.
bool s3_plugin_is_there(const char *runtime_directory);

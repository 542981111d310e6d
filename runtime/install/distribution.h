// The files of a Flink distribution: from pip, from an archive or from a directory.
#pragma once

#include "runtime/install/installation.h"

// Puts lib/, opt/ and plugins/ into the directory of the installation. ERROR_NOT_FOUND: what the
// user named does not exist. ERROR_UNAVAILABLE: it cannot be downloaded.
MUST_CHECK bool distribution_obtain(struct installation *self, struct error *err);
// The jars that kobel needs are there. ERROR_INVALID.
MUST_CHECK bool distribution_check(const struct installation *self, struct error *err);

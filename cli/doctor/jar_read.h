// Reads an application's jar.
#pragma once

#include "base/error.h"
#include "cli/doctor/jar_facts.h"

#include <stddef.h>

// ERROR_NOT_FOUND: no such file. ERROR_INVALID: no zip archive, or a damaged one.
MUST_CHECK bool jar_read(const char *path, struct jar_facts *out_facts, struct error *err);

// Is this the whole of a zip archive? What a build tool has not finished writing has no central
// directory at its end.
bool jar_is_complete(const unsigned char *bytes, size_t size_bytes);

// The value of a main attribute of a manifest, whose lines are folded. False: absent.
bool jar_manifest_value(const char *manifest, const char *key, char *out, size_t size_bytes);

// "my-job" of "target/my-job-1.2-SNAPSHOT.jar": a name for an application.
void jar_application_name(const char *path, char *out, size_t size_bytes);

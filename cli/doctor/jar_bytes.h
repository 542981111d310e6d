// What the bytes, the manifest and the name of a jar show without unpacking it. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Is this a complete zip archive? A file that a build tool still writes has no central directory at
// its end.
bool jar_is_complete(const unsigned char *bytes, size_t size_bytes);

// The value of a main attribute of a manifest, whose lines are folded. False: absent.
bool jar_manifest_value(const char *manifest, const char *key, char *out, size_t size_bytes);

// The class whose main() Flink runs. False: the manifest names none.
bool jar_manifest_main_class(const char *manifest, char *out, size_t size_bytes);

// "my-job" of "target/my-job-1.2-SNAPSHOT.jar": a name for an application.
void jar_application_name(const char *path, char *out, size_t size_bytes);

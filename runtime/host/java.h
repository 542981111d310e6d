// Finds a JDK that Flink runs on.
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"

// Only version 17 fits all runtimes (facts/flink.md 1.1).
enum { JAVA_WANTED_MAJOR = 17 };

struct java {
    char home[FILE_PATH_MAX];   // real path of the JDK's directory
    char binary[FILE_PATH_MAX]; // <home>/bin/java
    int major;                  // 17
};

// JAVA_HOME first, then the usual places of Debian and others. False: there is none that fits.
// `out_others`: those that do not, "/usr/lib/jvm/java-21 (Java 21), ...", as far as it was looked.
bool java_look(struct java *out_java, struct buffer *out_others);

// The same; ERROR_UNAVAILABLE names what was found and the Debian package to install.
MUST_CHECK bool java_find(struct java *out_java, struct error *err);

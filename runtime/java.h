// Finds a JDK that Flink runs on.
#pragma once

#include "base/error.h"
#include "base/file.h"

struct java {
    char home[FILE_PATH_MAX];   // real path of the JDK's directory
    char binary[FILE_PATH_MAX]; // <home>/bin/java
    int major;                  // 17
};

// JAVA_HOME first, then the usual places of Debian and others. Only version 17 fits all runtimes
// (flink-runtime 2.1). ERROR_UNAVAILABLE names what was found and the Debian package to install.
MUST_CHECK bool java_find(struct java *out_java, struct error *err);

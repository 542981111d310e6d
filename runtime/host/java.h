// Finds a Java for Flink.
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"

// The only version that all runtimes support (facts/flink.md 1.1).
enum { JAVA_WANTED_MAJOR = 17 };
struct java {
    char home[FILE_PATH_MAX];   // real path of the JDK's directory
    char binary[FILE_PATH_MAX]; // <home>/bin/java
    int major;                  // 17
    // What its programs trust: its own certificates, or a file of kobel (java_trust.h). The second
    // one has the same certificates as PEM; "" = they are its own.
    char trust_store[FILE_PATH_MAX];
    char ca_bundle[FILE_PATH_MAX];
};

// Searches JAVA_HOME, then /usr/lib/jvm. False: no Java of the wanted version. `out_others`: the
// other versions that were found, "/usr/lib/jvm/java-21 (Java 21), ...".
bool java_search(struct java *out_java, struct buffer *out_others);

// The same. ERROR_UNAVAILABLE lists the other versions and names the Debian package to install.
MUST_CHECK bool java_find(struct java *out_java, struct error *err);

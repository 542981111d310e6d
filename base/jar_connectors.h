// The connectors in a jar, and their versions. The daemon and `kobel doctor` find them by this.
// Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { JAR_ARTIFACTS_MAX = 64, JAR_CONNECTORS_MAX = 16 };

// A Maven artifact that was shaded into the jar.
struct jar_artifact {
    char group[80];
    char name[80];
    char version[48]; // "" = not known: only a class shows the artifact, and no pom names it
};

// What was found; zeroed at first.
struct jar_connectors {
    struct jar_artifact artifacts[JAR_ARTIFACTS_MAX];
    size_t count; // further ones are not kept
    // Versions that the poms of the jar name, in the order of an internal table; "" = no pom has
    // it.
    char versions[JAR_CONNECTORS_MAX][48];
};

// Does the content of an entry matter, by its name? If so, it is a small text.
bool jar_connectors_reads(const char *name);
// Adds what an entry shows. `content` NULL: it was not read, or cannot be.
void jar_connectors_add(const char *name, const char *content, struct jar_connectors *connectors);
// After all entries: gives a version to each connector that was found by a class only.
void jar_connectors_complete(struct jar_connectors *connectors);

// Is it the artifact `name`, also with the version of Scala after it?
bool jar_artifact_is(const struct jar_artifact *artifact, const char *name);
// Does the service refuse applications with it: a connector for Kinesis before 1.15.2
// (facts/api.md 5.1)? One of unknown version it accepts.
#define JAR_CONNECTORS_KINESIS "flink-connector-kinesis"
bool jar_artifact_is_refused(const struct jar_artifact *artifact);
// The first one that is refused; NULL: none is.
const struct jar_artifact *jar_connectors_find_refused(const struct jar_connectors *connectors);

// The connectors in a jar, and their versions.
#pragma once

#include "cli/doctor/jar_facts.h"

// Versions that the poms of a jar name; zeroed at first.
enum { JAR_CONNECTORS_MAX = 16 };
struct jar_connector_versions {
    char list[JAR_CONNECTORS_MAX][48]; // in the order of an internal table; "" = no pom has it
};

// Adds the connector that the class belongs to, if it does, without a version.
void jar_connectors_add_class(const char *class, struct jar_facts *facts);
// Adds the artifact that a pom.properties of Maven is about, if Flink or Kinesis is in its name.
void jar_connectors_add_properties(const char *properties, struct jar_facts *facts);
// Reads the versions of a pom.xml. The first pom that has one counts: the project's own comes
// first.
void jar_connectors_read_pom(const char *pom, struct jar_connector_versions *versions);
// Gives a version to each connector that was found by a class only.
void jar_connectors_complete(const struct jar_connector_versions *versions,
                             struct jar_facts *facts);

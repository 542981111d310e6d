// What is to be said of an application's jar. Pure.
#pragma once

#include "cli/doctor/findings.h"
#include "cli/doctor/jar_facts.h"
#include "model/runtime_environment.h"

// `runtime`: one that kobel runs.
void jar_findings(const struct jar_facts *facts, enum runtime_environment runtime,
                  struct findings *out);

// Is it an archive of a Python application or of jars, and no program itself? What is found says so
// in a single finding.
bool jar_is_no_program(const struct jar_facts *facts);

// Of what was found, what keeps it from running at all; NULL: nothing does. What is an error beside
// that may come up later, or on the service only.
const struct finding *jar_obstacle(const struct jar_facts *facts, const struct findings *findings);

// -1, 0, 1: by the numbers between dots, up to the first '-'. "1.9.2" is older than "1.15".
int jar_compare_versions(const char *left, const char *right);

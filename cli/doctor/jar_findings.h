// The findings about an application's jar. Pure.
#pragma once

#include "cli/doctor/findings.h"
#include "cli/doctor/jar_facts.h"
#include "model/runtime_environment.h"

// `runtime`: one that kobel runs.
void jar_findings(const struct jar_facts *facts, enum runtime_environment runtime,
                  struct findings *out);

// Is it an archive of Python files or of jars, without a program? The only finding says it.
bool jar_has_no_program(const struct jar_facts *facts);

// The finding that prevents the program from running at all; NULL: there is none. Other errors may
// occur later, or in the service only.
const struct finding *jar_obstacle(const struct jar_facts *facts, const struct findings *findings);

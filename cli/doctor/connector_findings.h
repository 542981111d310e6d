// Do the connectors in a jar fit the runtime, and does the service accept them? Pure.
#pragma once

#include "base/version.h"
#include "cli/doctor/findings.h"
#include "cli/doctor/jar_facts.h"

// `flink`: that of the runtime.
void connector_findings(const struct jar_facts *facts, struct version flink, struct findings *out);

// The findings about the zip of a Python application. Pure.
#pragma once

#include "cli/doctor/findings.h"
#include "cli/doctor/python_facts.h"
#include "model/runtime_environment.h"

// `options`: the PropertyMap of the group kinesis.analytics.flink.run.options; NULL = not known.
void python_findings(const struct python_facts *facts, const json_t *options,
                     enum runtime_environment runtime, struct findings *out);

// The finding that prevents the program from running at all; NULL: there is none.
const struct finding *python_obstacle(const struct findings *findings);

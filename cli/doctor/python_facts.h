// What is in the zip of a Python application, as plain data: python_read() gathers it,
// python_findings() judges it.
#pragma once

#include "base/json.h"
#include "cli/doctor/jar_facts.h"

enum { PYTHON_TAG_SIZE = 64, PYTHON_VERSION_SIZE = 32, PYTHON_REQUIREMENT_SIZE = 120 };

struct python_facts {
    int64_t size_bytes;
    json_t *names;                           // an object with the name of each file as a key; owned
    struct jar_count scripts;                // *.py at the top level
    bool has_main;                           // one of them is main.py
    struct jar_count jars;                   // in any directory
    struct jar_count environment;            // files of a virtual environment
    struct jar_count foreign;                // native modules for another system or processor
    struct jar_count native;                 // native modules for a version of CPython...
    char version[PYTHON_VERSION_SIZE];       // ...which is that of the first one, "3.11"
    char flink_version[PYTHON_VERSION_SIZE]; // of a PyFlink in the zip, "1.20.0"; "" = none
    bool has_flink;                          // PyFlink is in the zip
    bool has_requirements;
    char flink_requirement[PYTHON_REQUIREMENT_SIZE]; // the line about it; "" = none
};
void python_facts_release(struct python_facts *facts);
DEFINE_AUTO_STRUCT(python_facts_release, struct python_facts);

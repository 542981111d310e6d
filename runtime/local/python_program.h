// A program in Python on a cluster: what is asked of Flink to run it, and why it failed.
//
// The Java program then is Flink's PythonDriver, by way of a jar of kobel (PythonProgram.java). It
// starts the client, which runs main.py, and this builds the job (facts/flink.md 9).
#pragma once

#include "base/json.h"
#include "model/python_options.h"
#include "runtime/installed/installed_python.h"

// Of that jar in the upload directory.
#define PYTHON_PROGRAM_JAR_ID "python-program.jar"
// Written by the client below the directory of a cluster when main.py fails.
#define PYTHON_PROGRAM_TRACEBACK "python-traceback"

// The files that the options name are in `directory`, which no job can write to. ERROR_INVALID: one
// is missing, or there is more than the service allows.
MUST_CHECK bool python_program_check(const struct python_options *options, const char *directory,
                                     struct error *err);
// Adds the program to the body of a submission.
void python_program_add(const struct python_options *options, const char *directory,
                        const struct installed_python *python, json_t *body);
// Writes that jar where Flink looks for uploaded jars. `jarfile` is in its class path: Flink
// replaces `pipeline.jars` by the jar that is run, so main.py and the functions find their classes
// that way.
MUST_CHECK bool python_program_write_jar(const struct python_options *options,
                                         const char *directory,
                                         const struct installed_python *python,
                                         const char *cluster_directory, struct error *err);
// The reason of the program that failed last: one line. False: there is no traceback of it.
bool python_program_reason(const char *cluster_directory, char *out, size_t size_bytes);

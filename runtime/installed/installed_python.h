// What an installed runtime has for programs in Python: below <runtimes>/FLINK-1_20/python/
//
//   site/            PyFlink and what it needs
//   bin/python       what Flink starts as the interpreter
//   kobel_python.py  kobel_forker.py  kobel_program.py  kobel_setup.py  primer.py
//   interpreter/     where this machine has none that PyFlink can use
//   python.json      written last: without it there is no Python
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "model/runtime_environment.h"

#include <stdbool.h>

#define INSTALLED_PYTHON "python" // in the runtime's directory
// Of kobel, in the runtime's directory too; a change of it gets the next number.
#define INSTALLED_PYTHON_PROGRAM       "python-program-1.jar"
#define INSTALLED_PYTHON_PROGRAM_CLASS "kobel.PythonProgram"
#define INSTALLED_PYTHON_FACTS         "python.json"
#define INSTALLED_PYTHON_SITE          "site"
#define INSTALLED_PYTHON_INTERPRETER   "interpreter"
#define INSTALLED_PYTHON_MODULE        "kobel_python.py"
#define INSTALLED_PYTHON_FORKER        "kobel_forker.py"
#define INSTALLED_PYTHON_RUN           "kobel_program.py"
#define INSTALLED_PYTHON_SETUP         "kobel_setup.py"
#define INSTALLED_PYTHON_PRIMER        "primer.py"
// Raised where the daemon cannot use what an earlier kobel installed: then all is installed again.
// Kobel's own files are also replaced where only their text differs.
enum { INSTALLED_PYTHON_FORMAT = 1 };

struct installed_python {
    char directory[FILE_PATH_MAX];   // "" = there is no Python
    char interpreter[FILE_PATH_MAX]; // "/usr/bin/python3.11"
    char version[16];                // "3.11"
    int64_t size_bytes;              // 0 = was not recorded
    char jar[FILE_PATH_MAX];         // flink-python of the runtime
    char program[FILE_PATH_MAX];     // the jar that a job in Python has
    char command[FILE_PATH_MAX];     // what Flink starts as the interpreter
};

// ERROR_UNAVAILABLE: that runtime cannot run programs in Python here, whatever is installed: its
// Flink takes no settings with a job, in which kobel names the interpreter and the files.
MUST_CHECK bool installed_python_may_run(enum runtime_environment runtime, struct error *err);
// False: the runtime has no Python, or one of an earlier kobel, or its interpreter is gone.
bool installed_python_find(const char *runtime_directory, struct installed_python *out_python);
// ERROR_NOT_FOUND: the runtime has no such jar.
MUST_CHECK bool installed_python_find_jar(const char *runtime_directory,
                                          char out_jar[static FILE_PATH_MAX], struct error *err);

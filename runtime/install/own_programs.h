// kobel's own programs in Java, which are compiled for a runtime when it is installed.
#pragma once

#include "runtime/install/installation.h"

// Compiles those that are missing, all at once, and puts the jar of each into the runtime's
// directory. The jar for lib/ changes the class path. `class_path`: of lib/.
// ERROR_UNAVAILABLE: Java has no compiler, or it fails.
MUST_CHECK bool own_programs_add(const struct installation *self, const char *class_path,
                                 struct error *err);
// True: the runtime's directory has all of them.
bool own_programs_are_there(const struct installation *self);
// Each class below the directory `classes` is one that a jar gets. ERROR_INVALID: one is not. It
// would be missed only when the program needs it.
MUST_CHECK bool own_programs_check(const char *classes, struct error *err);

// A code store in which every object is, and stays. It has no files, so nothing can be found to
// run.
#pragma once

#include "runtime/code_store.h"

extern const struct code_ops fake_code_ops;

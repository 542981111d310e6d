// A code store that has every object and removes none. It has no files: no jar is found.
#pragma once

#include "runtime/code_store.h"

extern const struct code_ops fake_code_ops;

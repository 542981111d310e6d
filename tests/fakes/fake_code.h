// A code store in which every object is, and stays.
#pragma once

#include "runtime/code_store.h"

extern const struct code_ops fake_code_ops;

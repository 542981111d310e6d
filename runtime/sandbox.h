// How the processes of an application are fenced in (product.md, Sandbox).
#pragma once

#include "base/error.h"

enum sandbox_level { SANDBOX_FULL, SANDBOX_SCOPED, SANDBOX_NONE, SANDBOX_LEVEL_COUNT };

const char *sandbox_level_name(enum sandbox_level level); // "full"

// "auto" takes the best level that works on this host (it is tried by running `true` in it); a
// level by name must work. ERROR_UNAVAILABLE says why not. `none` is never chosen by auto: where
// nothing else works, auto fails and says so.
MUST_CHECK bool sandbox_choose(const char *wanted, enum sandbox_level *out_level,
                               struct error *err);

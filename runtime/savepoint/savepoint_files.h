// Whether the state files are there that a savepoint's metadata refers to.
#pragma once

#include "base/error.h"
#include "runtime/savepoint/savepoint_metadata.h"

// Are the relative files of `metadata` regular ones below `directory`, with at least the bytes that
// it says? ERROR_INVALID: the first that is not, and how many. No job can write to the directory,
// and there are no links in it.
//
// Only the files that are listed are checked, the first SAVEPOINT_FILES_MAX: each is a system call,
// and the loop waits for all of them. What is left out is not checked.
MUST_CHECK bool savepoint_files_check(const char *directory,
                                      const struct savepoint_metadata *metadata, struct error *err);

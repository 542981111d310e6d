// Selects the operations of a list.
#pragma once

#include "model/operation.h"

struct operation_filter {
    const char *name; // NULL = any; borrowed
    bool has_status;
    enum operation_status status; // only when has_status
    int64_t before_sequence;      // INT64_MAX = from the newest
};

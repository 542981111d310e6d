#include "api/operations.h"

#include "base/cleanup.h"

#include <string.h>

#define COMMAND(name, run)  {name, run, false},
#define QUESTION(name, run) {name, run, true},
static const struct operation_row rows[] = {OPERATIONS(COMMAND, QUESTION)};

const struct operation_row *operations_find(const char *name) {
    for (size_t index = 0; index < COUNT_OF(rows); index++)
        if (strcmp(rows[index].name, name) == 0) return &rows[index];
    return NULL;
}

size_t operations_count(void) {
    return COUNT_OF(rows);
}

const struct operation_row *operations_at(size_t index) {
    return &rows[index];
}

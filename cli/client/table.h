// Tables. In a pipe, each column is as wide as its longest cell. On a terminal that is too narrow
// for that, the longest cells are shortened; if that is not enough, each row is printed as a list.
#pragma once

#include "base/cleanup.h"
#include "cli/client/terminal.h"

struct table;

struct table *table_new(size_t column_count, const char *const *titles);
void table_free(struct table *table);
DEFINE_AUTO(table_free, struct table *);

// A row; its cells are copied.
void table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table, const struct terminal *terminal);

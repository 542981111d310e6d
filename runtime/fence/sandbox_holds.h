// What each sandbox level holds back, and what it does not. The status, doctor, docs/sandbox.md and
// the tests with a hostile program all use this table.
#pragma once

#include "base/buffer.h"
#include "runtime/fence/sandbox.h"

// A thing that a program could reach.
struct sandbox_thing {
    const char *id;   // "ports", for programs
    const char *text; // "ports of other applications' clusters and of kobel's API"
};

size_t sandbox_thing_count(void);
struct sandbox_thing sandbox_thing_at(size_t index);
// Does this sandbox hold back the thing, on this kernel?
bool sandbox_holds(const struct sandbox *sandbox, size_t index);

// The things that it holds back, or those that it does not, separated by "; ".
void sandbox_print_things(const struct sandbox *sandbox, bool held, struct buffer *out);
// The whole table as Markdown: a row for each thing, a column for each level.
void sandbox_print_table(struct buffer *out);

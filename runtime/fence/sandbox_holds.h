// What each sandbox level holds back, and what it does not: the one table that the status, doctor,
// docs/sandbox.md and the tests with a hostile program are made from.
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
// Does this sandbox, on this kernel, keep programs from it?
bool sandbox_holds(const struct sandbox *sandbox, size_t index);

// The things that it holds back, or those that it does not, one after the other with "; " between.
void sandbox_print_things(const struct sandbox *sandbox, bool held, struct buffer *out);
// The whole table as Markdown: levels by things, with what a level needs from the kernel.
void sandbox_print_table(struct buffer *out);

// What a terminal gets and a pipe does not: colours; and tables for both.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct terminal {
    FILE *file;
    bool has_colours; // a terminal, and NO_COLOR is not set
};

enum colour { COLOUR_PLAIN, COLOUR_FAINT, COLOUR_BOLD, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

// STDOUT_FILENO or STDERR_FILENO.
struct terminal terminal_of(int fd);

// The escape that begins a colour; "" where there are none.
const char *terminal_colour(const struct terminal *terminal, enum colour colour);

// Text that others have made: control characters, which could drive the terminal, become '?'.
void terminal_print_safely(const struct terminal *terminal, const char *text, size_t size_bytes);

// A table whose columns are as wide as their longest cell. Cells are copied.
struct table;
struct table *table_new(size_t column_count, const char *const *titles);
void table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table, const struct terminal *terminal);
void table_free(struct table *table);

// "120 ms", "3.2 s", "4 min 10 s", "2 h 5 min"
void terminal_duration(int64_t duration_ms, char out[static 24]);
// "2026-03-01 12:00:05" here
void terminal_time(int64_t epoch_ms, char out[static 24]);
// "512 MB", "1.5 GB"
void terminal_size(int64_t bytes, char out[static 24]);

// Output for people: colours and folded lines on a terminal, plain text in a pipe.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct terminal {
    FILE *file;
    bool has_colours; // a terminal that is not dumb, and NO_COLOR is not set
    size_t width;     // in columns; 0 = no terminal: nothing is folded or shortened
};

enum colour { COLOUR_PLAIN, COLOUR_FAINT, COLOUR_BOLD, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

// STDOUT_FILENO or STDERR_FILENO.
struct terminal terminal_of(int fd);

// The escape that begins a colour; "" where there are none.
const char *terminal_colour(const struct terminal *terminal, enum colour colour);

// Prints text of unknown origin. Colours are removed. Other control characters, which could control
// the terminal, and bytes that are not UTF-8 become '?'.
void terminal_print_safely(const struct terminal *terminal, const char *text, size_t size_bytes);

// Formats a text and prints it like terminal_print_safely(), in a colour. Line ends are control
// characters, too.
void terminal_print(const struct terminal *terminal, enum colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Prints "kobel: <message>" as a line of stderr, after what was printed to stdout before.
void terminal_print_error(const char *message);

// Prints JSON for scripts. Because it may also be read on a terminal, control characters that JSON
// allows in texts are escaped.
void terminal_print_json(const struct terminal *terminal, const char *text);

// Prints a text that begins in column `indent`, as do its further lines. Without a line end.
void terminal_print_folded(const struct terminal *terminal, size_t indent, const char *text);

// "120 ms", "3.2 s", "4 min 10 s", "2 h 5 min"
void terminal_duration(int64_t duration_ms, char out[static 24]);
// "2026-03-01 12:00:05" in the local time zone
void terminal_time(int64_t epoch_ms, char out[static 24]);
// "6 kB", "512 MB", "1.5 GB"
void terminal_size(int64_t bytes, char out[static 24]);

#include "cli/terminal.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

struct terminal terminal_of(int fd) {
    return (struct terminal){.file = fd == STDERR_FILENO ? stderr : stdout,
                             .has_colours = isatty(fd) == 1 && text_is_empty(getenv("NO_COLOR"))};
}

const char *terminal_colour(const struct terminal *terminal, enum colour colour) {
    static const char *const escapes[] = {
        [COLOUR_PLAIN] = "\033[0m", [COLOUR_FAINT] = "\033[2m",   [COLOUR_BOLD] = "\033[1m",
        [COLOUR_RED] = "\033[31m",  [COLOUR_YELLOW] = "\033[33m", [COLOUR_GREEN] = "\033[32m",
    };

    return terminal->has_colours ? escapes[colour] : "";
}

void terminal_print_safely(const struct terminal *terminal, const char *text, size_t size_bytes) {
    for (size_t at = 0; at < size_bytes; at++) {
        unsigned char byte = (unsigned char)text[at];
        bool is_control = (byte < ' ' && byte != '\t') || byte == 127;
        (void)fputc(is_control ? '?' : byte, terminal->file);
    }
}

// --- tables ---

struct table {
    size_t column_count;
    char **cells; // row by row, the titles first
    size_t cell_count;
};

struct table *table_new(size_t column_count, const char *const *titles) {
    struct table *table = memory_alloc(sizeof *table);

    table->column_count = column_count;
    table_add(table, titles);
    return table;
}

void table_add(struct table *table, const char *const *cells) {
    table->cells = memory_resize(table->cells,
                                 (table->cell_count + table->column_count) * sizeof *table->cells);
    for (size_t column = 0; column < table->column_count; column++)
        table->cells[table->cell_count++] =
            memory_copy_text(text_is_empty(cells[column]) ? "-" : cells[column]);
}

static size_t column_width(const struct table *table, size_t column) {
    size_t width = 0;

    for (size_t at = column; at < table->cell_count; at += table->column_count) {
        size_t length = text_count_characters(table->cells[at]);
        if (length > width) width = length;
    }
    return width;
}

void table_print(const struct table *table, const struct terminal *terminal) {
    for (size_t at = 0; at < table->cell_count; at++) {
        size_t column = at % table->column_count;
        bool is_title = at < table->column_count;
        bool is_last = column + 1 == table->column_count;
        if (is_title && column == 0)
            (void)fputs(terminal_colour(terminal, COLOUR_BOLD), terminal->file);
        terminal_print_safely(terminal, table->cells[at], strlen(table->cells[at]));
        if (!is_last)
            (void)fprintf(
                terminal->file, "%*s",
                (int)(column_width(table, column) + 2 - text_count_characters(table->cells[at])),
                "");
        if (is_title && is_last)
            (void)fputs(terminal_colour(terminal, COLOUR_PLAIN), terminal->file);
        if (is_last) (void)fputc('\n', terminal->file);
    }
}

void table_free(struct table *table) {
    if (table == NULL) return;
    for (size_t at = 0; at < table->cell_count; at++)
        memory_free(table->cells[at]);
    memory_free(table->cells);
    memory_free(table);
}

// --- numbers ---

void terminal_duration(int64_t duration_ms, char out[static 24]) {
    int64_t seconds = duration_ms / 1000;

    if (duration_ms < 1000)
        (void)text_format(out, 24, "%lld ms", (long long)duration_ms);
    else if (seconds < 60)
        (void)text_format(out, 24, "%lld.%lld s", (long long)seconds,
                          (long long)(duration_ms % 1000 / 100));
    else if (seconds < 3600)
        (void)text_format(out, 24, "%lld min %lld s", (long long)(seconds / 60),
                          (long long)(seconds % 60));
    else
        (void)text_format(out, 24, "%lld h %lld min", (long long)(seconds / 3600),
                          (long long)(seconds / 60 % 60));
}

void terminal_time(int64_t epoch_ms, char out[static 24]) {
    time_t seconds = (time_t)(epoch_ms / 1000);
    struct tm local;

    if (localtime_r(&seconds, &local) == NULL || strftime(out, 24, "%F %T", &local) == 0)
        (void)text_copy(out, 24, "-");
}

void terminal_size(int64_t bytes, char out[static 24]) {
    if (bytes < (int64_t)1 << 30)
        (void)text_format(out, 24, "%lld MB", (long long)(bytes >> 20));
    else
        (void)text_format(out, 24, "%.1f GB", (double)bytes / (double)(1 << 30));
}

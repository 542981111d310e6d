#include "cli/client/table.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

// The space between columns, and the width down to which a column is shortened.
enum { SPACE = 2, CELL_MIN = 14 };

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

void table_free(struct table *table) {
    if (table == NULL) return;
    for (size_t at = 0; at < table->cell_count; at++)
        memory_free(table->cells[at]);
    memory_free(table->cells);
    memory_free(table);
}

// --- widths ---

static size_t column_width(const struct table *table, size_t column) {
    size_t width = 0;

    for (size_t at = column; at < table->cell_count; at += table->column_count) {
        size_t length = text_count_characters(table->cells[at]);
        if (length > width) width = length;
    }
    return width;
}

static size_t find_widest(const size_t *widths, size_t count) {
    size_t found = 0;

    for (size_t column = 1; column < count; column++)
        if (widths[column] > widths[found]) found = column;
    return found;
}

// Makes the widest columns narrower until all columns fit. False: they do not.
static bool fit(size_t *widths, size_t count, size_t limit) {
    size_t total = (count - 1) * SPACE;

    for (size_t column = 0; column < count; column++)
        total += widths[column];
    for (; limit > 0 && total > limit; total--) {
        size_t column = find_widest(widths, count);
        if (widths[column] <= CELL_MIN) return false;
        widths[column]--;
    }
    return true;
}

// --- printing ---

// The cell in its column; a longer one ends with "..".
static void print_cell(const struct terminal *terminal, const char *cell, size_t width,
                       bool is_last) {
    size_t length = text_count_characters(cell);
    AUTO(memory_free) char *shown = memory_copy_text(cell);

    if (length > width) {
        for (size_t bytes = strlen(shown); text_count_characters(shown) + 2 > width;)
            text_cut_utf8(shown, --bytes);
        length = text_count_characters(shown);
        terminal_print_safely(terminal, shown, strlen(shown));
        (void)fputs("..", terminal->file);
        length += 2;
    } else
        terminal_print_safely(terminal, shown, strlen(shown));
    if (!is_last) (void)fprintf(terminal->file, "%*s", (int)(width + SPACE - length), "");
}

static void print_rows(const struct table *table, const struct terminal *terminal,
                       const size_t *widths) {
    for (size_t at = 0; at < table->cell_count; at += table->column_count) {
        (void)fputs(at == 0 ? terminal_colour(terminal, COLOUR_BOLD) : "", terminal->file);
        for (size_t column = 0; column < table->column_count; column++)
            print_cell(terminal, table->cells[at + column], widths[column],
                       column + 1 == table->column_count);
        (void)fputs(at == 0 ? terminal_colour(terminal, COLOUR_PLAIN) : "", terminal->file);
        (void)fputc('\n', terminal->file);
    }
}

static void print_lists(const struct table *table, const struct terminal *terminal) {
    size_t width = 0;

    for (size_t column = 0; column < table->column_count; column++)
        if (strlen(table->cells[column]) > width) width = strlen(table->cells[column]);
    for (size_t at = table->column_count; at < table->cell_count; at += table->column_count) {
        if (at > table->column_count) (void)fputc('\n', terminal->file);
        for (size_t column = 0; column < table->column_count; column++) {
            const char *cell = table->cells[at + column];
            (void)fprintf(terminal->file, "%s%-*s%s  ", terminal_colour(terminal, COLOUR_BOLD),
                          (int)width, table->cells[column],
                          terminal_colour(terminal, COLOUR_PLAIN));
            terminal_print_safely(terminal, cell, strlen(cell));
            (void)fputc('\n', terminal->file);
        }
    }
}

void table_print(const struct table *table, const struct terminal *terminal) {
    AUTO(memory_free) size_t *widths = memory_alloc(table->column_count * sizeof *widths);

    for (size_t column = 0; column < table->column_count; column++)
        widths[column] = column_width(table, column);
    if (fit(widths, table->column_count, terminal->width))
        print_rows(table, terminal, widths);
    else
        print_lists(table, terminal);
}

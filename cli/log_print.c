#include "cli/log_print.h"

#include "base/text.h"

#include <string.h>

static enum colour colour_of(enum log_line_level level) {
    switch (level) {
    case LOG_LINE_ERROR:
        return COLOUR_RED;
    case LOG_LINE_WARN:
        return COLOUR_YELLOW;
    case LOG_LINE_INFO:
    case LOG_LINE_DEBUG:
        break;
    }
    return COLOUR_FAINT;
}

void log_print_line(void *userdata, const struct log_files_line *line) {
    struct log_printer *printer = userdata;
    const struct terminal *out = &printer->out;
    enum colour colour = COLOUR_PLAIN;
    struct log_line entry;

    if (!line->is_output && log_line_read(line->text, &entry)) {
        printer->level = entry.level;
        printer->shows_entry = !printer->only_interesting || log_line_is_of_interest(&entry);
    }
    if (printer->is_mute || (!line->is_output && !printer->shows_entry)) return;
    if (!line->is_output) colour = colour_of(printer->level);
    (void)fprintf(out->file, "%s%-13s |%s ", terminal_colour(out, COLOUR_GREEN), line->source,
                  terminal_colour(out, COLOUR_PLAIN));
    (void)fputs(colour == COLOUR_PLAIN ? "" : terminal_colour(out, colour), out->file);
    terminal_print_safely(out, line->text, strlen(line->text));
    (void)fprintf(out->file, "%s\n", terminal_colour(out, COLOUR_PLAIN));
}

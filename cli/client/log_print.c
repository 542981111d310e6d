#include "cli/client/log_print.h"

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

// Decides what is shown of an entry. The place in Flink's code of a warning does not help a
// developer.
static void begin_entry(struct log_printer *printer, const struct log_line *entry) {
    bool is_warning_of_flink = log_line_is_of_flink(entry) && entry->level < LOG_LINE_ERROR;

    printer->level = entry->level;
    printer->shows_entry = !printer->only_interesting || log_line_is_interesting(entry);
    printer->shows_frames = !printer->only_interesting || !is_warning_of_flink;
}

static bool is_shown(const struct log_printer *printer, const struct log_files_line *line) {
    if (printer->is_muted) return false;
    if (line->is_output) return true;
    return printer->shows_entry && (printer->shows_frames || !log_line_is_frame(line->text));
}

void log_print_line(void *userdata, const struct log_files_line *line) {
    struct log_printer *printer = userdata;
    const struct terminal *out = &printer->out;
    enum colour colour = COLOUR_PLAIN;
    size_t length = line->length;
    struct log_line entry;

    if (!line->is_output && log_line_read(line->text, &entry)) begin_entry(printer, &entry);
    if (!is_shown(printer, line)) return;
    if (!line->is_output) colour = colour_of(printer->level);
    // Some programs end their lines with \r\n.
    if (length > 0 && line->text[length - 1] == '\r') length--;
    terminal_print(out, COLOUR_GREEN, "%-13s |", line->source);
    (void)fputc(' ', out->file);
    (void)fputs(colour == COLOUR_PLAIN ? "" : terminal_colour(out, colour), out->file);
    terminal_print_safely(out, line->text, length);
    (void)fprintf(out->file, "%s\n", terminal_colour(out, COLOUR_PLAIN));
}

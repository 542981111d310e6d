#include "base/log.h"

#include "base/names.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const level_names[LOG_LEVEL_COUNT] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};
DEFINE_NAMES(log_level, enum log_level, level_names);

// The only mutable global of the program.
static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
    threshold = level;
}

static void format_time(char *out, size_t size_bytes) {
    struct timespec now;
    struct tm parts;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts);
    size_t length = strftime(out, size_bytes, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)text_format(out + length, size_bytes - length, ".%03ldZ", now.tv_nsec / 1000000);
}

void log_write(enum log_level level, const char *room, const char *message, const char *format,
               ...) {
    char line[2048];
    char when[40];
    va_list arguments;

    if (level > threshold) return;
    format_time(when, sizeof when);
    (void)text_format(line, sizeof line, "%s %-5s %s %s", when, log_level_name(level), room,
                      message);
    size_t length = strlen(line);
    if (format != NULL && length + 1 < sizeof line) {
        line[length++] = ' ';
        va_start(arguments, format);
        (void)text_format_list(line + length, sizeof line - length, format, arguments);
        va_end(arguments);
    }
    // Text of users must not start a new line or control a terminal.
    text_make_printable(line);
    (void)fprintf(stderr, "%s\n", line);
}

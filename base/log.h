// The daemon's log: one event per line on stderr, `<time> <level> <room> <message> key=value...`.
// Only daemon/, the loop's callbacks and controller/reconciler.c log; other code returns errors.
#pragma once

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_COUNT
};

// error: an operator has to act; warn: kobel recovered; info: a status changed; debug: the rest.
void log_set_level(enum log_level level);
const char *log_level_name(enum log_level value); // "error"
bool log_level_from_name(const char *name, enum log_level *out_value);

// `message` is fixed text; `format` has the key=value pairs (NULL for none), with text of users in
// quotes: key="%s". Control characters are replaced, and the line is truncated at 2 kB.
void log_write(enum log_level level, const char *room, const char *message, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define log_error(room, message, ...) log_write(LOG_LEVEL_ERROR, room, message, __VA_ARGS__)
#define log_warn(room, message, ...)  log_write(LOG_LEVEL_WARN, room, message, __VA_ARGS__)
#define log_info(room, message, ...)  log_write(LOG_LEVEL_INFO, room, message, __VA_ARGS__)
#define log_debug(room, message, ...) log_write(LOG_LEVEL_DEBUG, room, message, __VA_ARGS__)

#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = "none",
    [ERROR_INVALID] = "invalid",
    [ERROR_REQUEST] = "request",
    [ERROR_CONFIGURATION] = "configuration",
    [ERROR_UNSUPPORTED] = "unsupported",
    [ERROR_NOT_FOUND] = "not-found",
    [ERROR_EXISTS] = "exists",
    [ERROR_CONFLICT] = "conflict",
    [ERROR_STALE] = "stale",
    [ERROR_LIMIT] = "limit",
    [ERROR_TOO_MANY] = "too-many",
    [ERROR_UNAVAILABLE] = "unavailable",
    [ERROR_SYSTEM] = "system",
};

const char *error_kind_name(enum error_kind kind) {
    return kind_names[kind];
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...) {
    char message[ERROR_MESSAGE_SIZE]; // an argument may be the old message itself
    va_list arguments;

    if (err == NULL) return false;
    va_start(arguments, format);
    (void)text_format_list(message, sizeof message, format, arguments);
    va_end(arguments);
    err->kind = kind;
    (void)text_copy(err->message, sizeof err->message, message);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...) {
    char message[ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (err == NULL) return false;
    va_start(arguments, format);
    bool is_whole = text_format_list(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t length = strlen(message);
    if (!is_whole || length + 2 >= sizeof message) return false;
    (void)text_copy(message + length, sizeof message - length, ": ");
    (void)text_copy(message + length + 2, sizeof message - length - 2, err->message);
    (void)text_copy(err->message, sizeof err->message, message);
    return false;
}

bool error_system(struct error *err, int error_number, const char *format, ...) {
    char message[ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (err == NULL) return false;
    va_start(arguments, format);
    (void)text_format_list(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *reason = strerror(error_number);
    if (error_number == ENOSPC) reason = "the disk is full";
    if (error_number == EDQUOT) reason = "the disk quota is used up";
    return error_set(err, ERROR_SYSTEM, "%.700s: %s", message, reason);
}

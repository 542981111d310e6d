// The one way a failure travels: a kind for programs, a line of text for people.
#pragma once

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

// What went wrong, as far as a caller may want to tell cases apart. api/fault.c maps each kind to
// an exception of the service.
enum error_kind {
    ERROR_NONE,
    ERROR_INVALID,       // an argument cannot be used            (InvalidArgumentException)
    ERROR_REQUEST,       // the call makes no sense in this state (InvalidRequestException)
    ERROR_CONFIGURATION, // the application's configuration
                         // (InvalidApplicationConfigurationException)
    ERROR_UNSUPPORTED,   // known, and not offered                (UnsupportedOperationException)
    ERROR_NOT_FOUND,     // (ResourceNotFoundException)
    ERROR_EXISTS,        // the name is taken                     (ResourceInUseException)
    ERROR_CONFLICT,      // the resource is busy                  (ResourceInUseException)
    ERROR_STALE,         // somebody was faster                   (ConcurrentModificationException)
    ERROR_LIMIT,         // a quota                               (LimitExceededException)
    ERROR_TOO_MANY_TAGS, // (TooManyTagsException)
    ERROR_UNAVAILABLE,   // a helper of ours (Flink, java, disk) cannot do it now
    ERROR_SYSTEM,        // the operating system or a library said no
    ERROR_KIND_COUNT,
};

struct error {
    enum error_kind kind;
    char message[1024]; // one line, lower case unless it copies the service's words; cut at the end
                        // if longer
};

// Fills `err` (never NULL) and returns false, so that failing is one line: `return error_set(...)`.
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "<context>: " before the message that is there; keeps the kind; returns false.
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// error_set(ERROR_SYSTEM) with ": <strerror(error_number)>" appended. ENOSPC and EDQUOT say that
// the disk is full.
bool error_system(struct error *err, int error_number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *error_kind_name(enum error_kind kind);

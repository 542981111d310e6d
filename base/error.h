// How a failure is returned: a kind for the program, one line of text for the user.
#pragma once

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

// What a caller may need to tell apart. api/fault.c maps each kind to an exception of the service.
enum error_kind {
    ERROR_NONE,
    ERROR_INVALID,       // an argument cannot be used
    ERROR_REQUEST,       // the call makes no sense in this state
    ERROR_CONFIGURATION, // the configuration does not fit the call
    ERROR_UNSUPPORTED,   // known, but not offered
    ERROR_NOT_FOUND,
    ERROR_EXISTS,      // the name is already in use
    ERROR_CONFLICT,    // the object is busy
    ERROR_STALE,       // the caller's view of the object is out of date
    ERROR_LIMIT,       // a quota, or the size of something
    ERROR_TOO_MANY,    // more items than one object may have
    ERROR_UNAVAILABLE, // something kobel depends on (Flink, java, disk) cannot do it now
    ERROR_SYSTEM,      // the operating system or a library refused
    ERROR_KIND_COUNT,
};

#define ERROR_MESSAGE_SIZE 1024

struct error {
    enum error_kind kind;
    // One line, lower case unless it copies the service's words; truncated when it is longer.
    char message[ERROR_MESSAGE_SIZE];
};

// Fills `err` and returns false, so that failing is one line: `return error_set(...)`. `err` may be
// NULL, here and in the two functions below: the caller does not need the reason. A function that
// reads `err` itself (`err->kind`) needs a real one.
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// For a call whose failure is ignored on purpose: error_ignore(file_remove_tree(path, NULL)).
static inline void error_ignore(bool is_done) {
    (void)is_done;
}

// Puts "<context>: " before the message; keeps the kind; returns false.
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// error_set(ERROR_SYSTEM) with ": <strerror(error_number)>" appended. ENOSPC and EDQUOT are
// reported as a full disk and a used-up quota.
bool error_system(struct error *err, int error_number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *error_kind_name(enum error_kind kind);

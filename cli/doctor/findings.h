// The results of checks, and what to do about them.
#pragma once

#include <stddef.h>

enum finding_severity {
    FINDING_GOOD,
    FINDING_HINT,
    FINDING_WARNING, // may work, and differently than on the service
    FINDING_ERROR,   // will not work
};

struct finding {
    enum finding_severity severity;
    char subject[32]; // "connectors"
    char text[1024];
    char advice[512]; // "" = nothing to do
};

enum { FINDINGS_MAX = 48 };

struct findings {
    struct finding list[FINDINGS_MAX];
    size_t count; // further ones are dropped
};

// `advice` may be NULL.
void findings_add(struct findings *findings, enum finding_severity severity, const char *subject,
                  const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

const char *finding_severity_name(enum finding_severity severity); // "error"
size_t findings_count(const struct findings *findings, enum finding_severity severity);

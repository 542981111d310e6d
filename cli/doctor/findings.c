#include "cli/doctor/findings.h"

#include "base/text.h"

#include <stdarg.h>

void findings_add(struct findings *findings, enum finding_severity severity, const char *subject,
                  const char *advice, const char *format, ...) {
    va_list arguments;

    if (findings->count == FINDINGS_MAX) return;
    struct finding *finding = &findings->list[findings->count++];
    *finding = (struct finding){.severity = severity};
    (void)text_copy(finding->subject, sizeof finding->subject, subject);
    if (advice != NULL) (void)text_copy(finding->advice, sizeof finding->advice, advice);
    va_start(arguments, format);
    (void)text_format_list(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}

const char *finding_severity_name(enum finding_severity severity) {
    static const char *const names[] = {[FINDING_GOOD] = "good",
                                        [FINDING_HINT] = "hint",
                                        [FINDING_WARNING] = "warning",
                                        [FINDING_ERROR] = "error"};

    return names[severity];
}

size_t findings_count(const struct findings *findings, enum finding_severity severity) {
    size_t count = 0;

    for (size_t index = 0; index < findings->count; index++)
        count += findings->list[index].severity == severity;
    return count;
}

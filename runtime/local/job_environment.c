#include "runtime/local/job_environment.h"

#include "base/text.h"

#include <string.h>

void job_environment_collect(const char *lines, const char *const *variables,
                             struct argument_list *out) {
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        if (length > 0) argument_list_add_format(out, "%.*s", (int)length, lines);
        lines += length;
        lines += *lines == '\n';
    }
    for (; *variables != NULL; variables++)
        if (text_starts_with(*variables, "AWS_")) argument_list_add(out, *variables);
}

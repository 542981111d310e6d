#include "runtime/local/end_report.h"

#include "base/buffer.h"
#include "base/file_inside.h"
#include "base/text.h"
#include "runtime/local/end_reason.h"
#include "runtime/local/workspace.h"

#include <string.h>

enum { TAIL_BYTES = 8192 };

static void read_reason(const struct end_report *report, const char *suffix, char *out,
                        size_t size_bytes) {
    AUTO(buffer_release) struct buffer tail = BUFFER_INIT(TAIL_BYTES);
    char name[sizeof WORKSPACE_LOG + 40];

    out[0] = '\0';
    (void)text_format(name, sizeof name, WORKSPACE_LOG "/%s%s",
                      report->log_name == NULL ? report->name : report->log_name, suffix);
    if (!file_read_tail_inside(report->cluster_directory, name, TAIL_BYTES, &tail, NULL)) return;
    // A full tail begins within a line, whose rest may not be read as a line.
    const char *line =
        tail.size_bytes == TAIL_BYTES ? memchr(buffer_text(&tail), '\n', TAIL_BYTES) : NULL;
    size_t skipped = line == NULL ? 0 : (size_t)(line + 1 - buffer_text(&tail));
    end_reason_find(buffer_text(&tail) + skipped, tail.size_bytes - skipped, out, size_bytes);
}

// The kernel killed it: that explains more than any line of its log.
static bool describe_limit(const struct end_report *report, char *out, size_t size_bytes) {
    if (cgroup_incidents_of(report->group).memory_kills == 0) return false;
    return text_format(out, size_bytes,
                       "%s was killed at its memory limit of %lld MB: what is outside the heap "
                       "(threads, native memory, /tmp) counts, too",
                       report->name, (long long)(report->memory_limit_bytes >> 20));
}

bool end_report_python_kill(const struct end_report *report, char *out, size_t size_bytes) {
    if (cgroup_incidents_of(report->group).memory_kills == 0) return false;
    return text_format(
        out, size_bytes,
        "a Python process beside %s was killed at its memory limit of %lld MB, which "
        "both share",
        report->name, (long long)(report->memory_limit_bytes >> 20));
}

void end_report_describe(const struct end_report *report, struct process_end end, char *out,
                         size_t size_bytes) {
    char how[40];
    char line[512];

    if (describe_limit(report, out, size_bytes)) return;
    process_end_text(end, how, sizeof how);
    read_reason(report, ".out", line, sizeof line);
    if (line[0] == '\0') read_reason(report, ".log", line, sizeof line);
    (void)text_format(out, size_bytes, "%s ended with %s%s%s", report->name, how,
                      line[0] == '\0' ? "" : ": ", line);
}

// The process has ended and so listens on none of its ports. One that was killed may still end.
bool end_report_clash(const struct end_report *report, struct process_end end, char *out,
                      size_t size_bytes) {
    unsigned behind = report->ports.first + (unsigned)report->ports.count;

    if (end.was_signalled) return false;
    for (unsigned port = report->ports.first; port < behind; port++) {
        if (port_is_free((uint16_t)port)) continue;
        return text_format(out, size_bytes, "port %u of %s was taken by another program", port,
                           report->name);
    }
    return false;
}

#include "runtime/host/process_usage.h"

#include "runtime/host/process_tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// utime and stime are the fields 14 and 15. Field 2, a name, may contain anything and ends with the
// last parenthesis.
static bool read_cpu_ms(pid_t pid, int64_t *out_ms) {
    enum { UTIME = 14, STIME = 15 };
    char text[1024];
    unsigned long ticks = 0;

    process_read_text(text, sizeof text, pid, "stat");
    const char *at = strrchr(text, ')');
    if (at == NULL) return false;
    for (int field = 3; field <= STIME; field++) {
        at = strchr(at + 1, ' ');
        if (at == NULL) return false;
        if (field >= UTIME) ticks += strtoul(at, NULL, 10);
    }
    *out_ms = (int64_t)ticks * 1000 / sysconf(_SC_CLK_TCK);
    return true;
}

static int64_t read_pss_bytes(pid_t pid) {
    static const char FIELD[] = "\nPss:";
    char text[4096];

    process_read_text(text, sizeof text, pid, "smaps_rollup");
    const char *field = strstr(text, FIELD);
    return field == NULL ? 0 : strtoll(field + strlen(FIELD), NULL, 10) * 1024;
}

// Fields 2 and 3 of statm: resident pages, and how many of them are pages of files.
static void add_memory(pid_t pid, struct process_usage *usage) {
    char text[256];
    char *end;

    process_read_text(text, sizeof text, pid, "statm");
    const char *resident_field = strchr(text, ' ');
    if (resident_field == NULL) return;
    long long resident = strtoll(resident_field, &end, 10);
    long long of_files = strtoll(end, NULL, 10);
    usage->own_bytes += (resident - of_files) * sysconf(_SC_PAGESIZE);
    usage->file_bytes += of_files * sysconf(_SC_PAGESIZE);
}

static bool add_usage(pid_t pid, void *userdata) {
    struct process_usage *usage = userdata;
    int64_t cpu_ms;

    if (!read_cpu_ms(pid, &cpu_ms)) return false;
    usage->cpu_ms += cpu_ms;
    usage->processes++;
    add_memory(pid, usage);
    return true;
}

static bool add_pss(pid_t pid, void *userdata) {
    *(int64_t *)userdata += read_pss_bytes(pid);
    return true;
}

bool process_usage_read(pid_t pid, struct process_usage *out_usage) {
    struct process_usage usage = {0};

    if (pid <= 0 || !process_tree_visit(pid, add_usage, &usage)) return false;
    *out_usage = usage;
    return true;
}

int64_t process_usage_pss_bytes(pid_t pid) {
    int64_t bytes = 0;

    if (pid > 0) (void)process_tree_visit(pid, add_pss, &bytes);
    return bytes;
}

#include "runtime/process_usage.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 16 };

// /proc/<pid>/<name> as text; "" when it cannot be read. What does not fit is cut.
static void read_text(char *out, size_t size_bytes, pid_t pid, const char *name) {
    char path[64];
    size_t used = 0;

    out[0] = '\0';
    (void)text_format(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    while (used + 1 < size_bytes) {
        ssize_t got = read(fd, out + used, size_bytes - 1 - used);
        if (got <= 0) break;
        used += (size_t)got;
    }
    out[used] = '\0';
}

// utime and stime, the fourteenth and fifteenth field; the second, a name, may hold anything but
// ends with the last parenthesis.
static bool read_cpu_ms(pid_t pid, int64_t *out_ms) {
    enum { UTIME = 14, STIME = 15 };
    char text[1024];
    unsigned long ticks = 0;

    read_text(text, sizeof text, pid, "stat");
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

    read_text(text, sizeof text, pid, "smaps_rollup");
    const char *field = strstr(text, FIELD);
    return field == NULL ? 0 : strtoll(field + strlen(FIELD), NULL, 10) * 1024;
}

// Called for a process and all that it has started, as far down as DEPTH_MAX. False: it is gone.
typedef bool visit_fn(pid_t pid, void *userdata);

static bool visit(pid_t pid, int depth, visit_fn *look, void *userdata) {
    char children[4096];
    char name[40];
    char *end;

    if (depth > DEPTH_MAX || !look(pid, userdata)) return false;
    (void)text_format(name, sizeof name, "task/%d/children", (int)pid);
    read_text(children, sizeof children, pid, name);
    for (char *at = children;; at = end) {
        long long child = strtoll(at, &end, 10);
        if (end == at || child <= 0) break;
        (void)visit((pid_t)child, depth + 1, look, userdata);
    }
    return true;
}

// The second and the third field of statm: pages that are resident, and those of them that are a
// file's.
static void add_memory(pid_t pid, struct process_usage *usage) {
    char text[256];
    char *end;

    read_text(text, sizeof text, pid, "statm");
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

int64_t process_resident_bytes(pid_t pid) {
    char text[256];

    read_text(text, sizeof text, pid, "statm");
    const char *resident = strchr(text, ' ');
    return resident == NULL ? 0 : strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE);
}

bool process_usage_read(pid_t pid, struct process_usage *out_usage) {
    struct process_usage usage = {0};

    if (pid <= 0 || !visit(pid, 0, add_usage, &usage)) return false;
    *out_usage = usage;
    return true;
}

int64_t process_usage_pss_bytes(pid_t pid) {
    int64_t bytes = 0;

    if (pid > 0) (void)visit(pid, 0, add_pss, &bytes);
    return bytes;
}

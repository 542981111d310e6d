#include "runtime/fence/cgroups.h"

#include "base/buffer.h"
#include "base/control_group.h"
#include "base/digest.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const size_t PROC_MAX_BYTES = (size_t)1 << 20;
enum { PERIOD_US = 100000, SHARES_A_CORE = 1024, WEIGHT_A_CORE = 100, SWEPT_AFTER_S = 60 };

// The daemon moves into this group in version 2.
static const char DAEMON_GROUP[] = "kobel-daemon";
static const char *const controller_names[CGROUP_CONTROLLER_COUNT] = {
    [CGROUP_MEMORY] = "memory",
    [CGROUP_CPU] = "cpu",
    [CGROUP_PIDS] = "pids",
};

// --- small files ---

// A control file needs one write, and no rename.
static bool put(const char *directory, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool put(const char *directory, const char *name, const char *format, ...) {
    char path[FILE_PATH_MAX];
    char text[64];
    va_list arguments;

    va_start(arguments, format);
    bool is_whole = text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!file_join(path, sizeof path, NULL, directory, name, NULL)) return false;
    AUTO(file_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
    size_t length = strlen(text);
    return is_whole && fd >= 0 && write(fd, text, length) == (ssize_t)length;
}

static void get(const char *directory, const char *name, struct buffer *out) {
    char path[FILE_PATH_MAX];

    if (file_join(path, sizeof path, NULL, directory, name, NULL) && !file_read(path, out, NULL))
        buffer_clear(out);
}

// The number after `key` at the beginning of a line; 0 when there is none.
static int64_t number_of(const struct buffer *text, const char *key) {
    size_t length = strlen(key);

    for (const char *line = buffer_text(text); line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0 && line[length] == ' ')
            return strtoll(line + length, NULL, 10);
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return 0;
}

// --- the root ---

static void remove_groups(const char *directory);

static bool remove_group(void *userdata, const char *name, bool is_directory, struct error *err) {
    const char *parent = userdata;
    char path[FILE_PATH_MAX];

    if (is_directory && file_join(path, sizeof path, err, parent, name, NULL)) remove_groups(path);
    return true;
}

// rmdir() removes the control files of a group, but not the groups in it.
static void remove_groups(const char *directory) {
    char path[FILE_PATH_MAX];

    (void)text_copy(path, sizeof path, directory);
    if (file_is_directory(path)) error_ignore(file_list(path, remove_group, path, NULL));
    (void)rmdir(directory);
}

// In version 2, only groups without processes can have limited groups below them: the daemon moves
// into DAEMON_GROUP.
static bool delegate(const char *own) {
    static const char WANTED[] = "+memory +cpu +pids";
    AUTO(buffer_release) struct buffer offered = BUFFER_INIT(PROC_MAX_BYTES);
    char leaf[FILE_PATH_MAX];

    get(own, "cgroup.controllers", &offered);
    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++)
        if (strstr(buffer_text(&offered), controller_names[index]) == NULL) return false;
    if (put(own, "cgroup.subtree_control", "%s", WANTED)) return true;
    if (!file_join(leaf, sizeof leaf, NULL, own, DAEMON_GROUP, NULL)) return false;
    if (mkdir(leaf, 0755) < 0 && errno != EEXIST) return false;
    return put(leaf, "cgroup.procs", "%d", (int)getpid()) &&
           put(own, "cgroup.subtree_control", "%s", WANTED);
}

static bool open_directory(const char *own, const char *name, char out[static FILE_PATH_MAX]) {
    char path[FILE_PATH_MAX];

    out[0] = '\0';
    if (!file_join(path, sizeof path, NULL, own, name, NULL)) return false;
    remove_groups(path);
    if (mkdir(path, 0755) < 0 && errno != EEXIST) return false;
    return text_copy(out, FILE_PATH_MAX, path);
}

static bool open_v2(const char *own, const char *name, struct cgroup_root *root) {
    if (!delegate(own) || !open_directory(own, name, root->directories[0])) return false;
    root->is_v2 = true;
    if (put(root->directories[0], "cgroup.subtree_control", "+memory +cpu +pids")) return true;
    (void)rmdir(root->directories[0]);
    *root = (struct cgroup_root){0};
    return false;
}

// The directory of this process's group; controller "" = version 2.
static bool find_own(const char *controller, char out[static FILE_PATH_MAX]) {
    AUTO(buffer_release) struct buffer mountinfo = BUFFER_INIT(PROC_MAX_BYTES);
    AUTO(buffer_release) struct buffer groups = BUFFER_INIT(PROC_MAX_BYTES);

    get("/proc/self", "mountinfo", &mountinfo);
    get("/proc/self", "cgroup", &groups);
    return control_group_find_directory(buffer_text(&mountinfo), buffer_text(&groups), controller,
                                        out);
}

static struct cgroup_root open_root(const char *name) {
    struct cgroup_root root = {0};
    char own[FILE_PATH_MAX];

    if (find_own("", own) && open_v2(own, name, &root)) return root;
    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++)
        if (find_own(controller_names[index], own))
            (void)open_directory(own, name, root.directories[index]);
    return root;
}

struct cgroup_root cgroup_root_open(const char *data_directory) {
    char digest[DIGEST_SHA256_HEX_SIZE];
    char name[40];

    digest_sha256_hex(data_directory, strlen(data_directory), digest);
    (void)text_format(name, sizeof name, "kobel-%.16s", digest);
    return open_root(name);
}

// Undoes delegate(): first the controllers of the groups below, because no process can return into
// a group that has delegated one.
static void undo_delegate(const char *own, const struct buffer *given_before) {
    char leaf[FILE_PATH_MAX];

    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++)
        if (strstr(buffer_text(given_before), controller_names[index]) == NULL)
            (void)put(own, "cgroup.subtree_control", "-%s", controller_names[index]);
    if (!file_join(leaf, sizeof leaf, NULL, own, DAEMON_GROUP, NULL)) return;
    if (file_is_directory(leaf)) (void)put(own, "cgroup.procs", "%d", (int)getpid());
    (void)rmdir(leaf);
}

void cgroup_root_try(char *out, size_t size_bytes) {
    AUTO(buffer_release) struct buffer given = BUFFER_INIT(PROC_MAX_BYTES);
    char own[FILE_PATH_MAX];
    char name[40];

    bool has_v2 = find_own("", own);
    if (has_v2) get(own, "cgroup.subtree_control", &given);
    (void)text_format(name, sizeof name, "kobel-try-%d", (int)getpid());
    struct cgroup_root root = open_root(name);
    cgroup_root_describe(&root, out, size_bytes);
    cgroup_root_close(&root);
    if (has_v2) undo_delegate(own, &given);
}

// A process leaves its group a moment after waitpid() has returned.
void cgroup_root_close(const struct cgroup_root *root) {
    static const struct timespec MOMENT = {.tv_nsec = 10000000};

    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++) {
        const char *directory = root->directories[index];
        if (directory[0] == '\0') continue;
        remove_groups(directory);
        for (int attempt = 0; attempt < 50 && file_is_directory(directory); attempt++) {
            (void)nanosleep(&MOMENT, NULL);
            remove_groups(directory);
        }
    }
}

static bool sweep_one(void *userdata, const char *name, bool is_directory, struct error *err) {
    const char *parent = userdata;
    char path[FILE_PATH_MAX];
    struct stat entry;

    // A process may be about to join a new one.
    if (is_directory && file_join(path, sizeof path, err, parent, name, NULL) &&
        stat(path, &entry) == 0 && entry.st_mtim.tv_sec + SWEPT_AFTER_S < time(NULL))
        (void)rmdir(path);
    return true;
}

void cgroup_sweep(const struct cgroup_root *root) {
    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++) {
        char directory[FILE_PATH_MAX];
        (void)text_copy(directory, sizeof directory, root->directories[index]);
        if (directory[0] != '\0') error_ignore(file_list(directory, sweep_one, directory, NULL));
    }
}

void cgroup_root_describe(const struct cgroup_root *root, char *out, size_t size_bytes) {
    size_t used = 0;

    if (root->is_v2) {
        (void)text_copy(out, size_bytes, "memory, cpu, pids (v2)");
        return;
    }
    (void)text_copy(out, size_bytes, "none");
    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++) {
        if (root->directories[index][0] == '\0') continue;
        (void)text_format(out + used, size_bytes - used, "%s%s", used == 0 ? "" : ", ",
                          controller_names[index]);
        used = strlen(out);
    }
    if (used > 0) (void)text_format(out + used, size_bytes - used, " (v1)");
}

// --- groups ---

static bool limit_memory(const struct cgroup *group, const struct cgroup_limits *limits) {
    const char *directory = group->directories[CGROUP_MEMORY];
    long long bytes = limits->memory_bytes;

    if (group->is_v2) return put(directory, "memory.max", "%lld", bytes);
    return put(directory, "memory.limit_in_bytes", "%lld", bytes);
}

static bool limit_cpu(const struct cgroup *group, const struct cgroup_limits *limits) {
    const char *directory = group->directories[group->is_v2 ? 0 : CGROUP_CPU];
    long long quota_us = (long long)(limits->cpu_cores * PERIOD_US);

    if (group->is_v2 && limits->is_cpu_hard)
        return put(directory, "cpu.max", "%lld %d", quota_us, PERIOD_US);
    if (group->is_v2)
        return put(directory, "cpu.weight", "%d", (int)(limits->cpu_cores * WEIGHT_A_CORE));
    if (limits->is_cpu_hard)
        return put(directory, "cpu.cfs_period_us", "%d", PERIOD_US) &&
               put(directory, "cpu.cfs_quota_us", "%lld", quota_us);
    return put(directory, "cpu.shares", "%d", (int)(limits->cpu_cores * SHARES_A_CORE));
}

static bool limit_pids(const struct cgroup *group, const struct cgroup_limits *limits) {
    return put(group->directories[group->is_v2 ? 0 : CGROUP_PIDS], "pids.max", "%d", limits->pids);
}

typedef bool limit_fn(const struct cgroup *group, const struct cgroup_limits *limits);

bool cgroup_make(const struct cgroup_root *root, const char *name,
                 const struct cgroup_limits *limits, struct cgroup *out_group, struct error *err) {
    static limit_fn *const limiters[CGROUP_CONTROLLER_COUNT] = {
        [CGROUP_MEMORY] = limit_memory, [CGROUP_CPU] = limit_cpu, [CGROUP_PIDS] = limit_pids};
    struct cgroup group = {.is_v2 = root->is_v2};

    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++) {
        char *directory = group.directories[index];
        bool is_shared = root->is_v2 && index > 0;
        if (!is_shared && root->directories[index][0] == '\0') continue;
        bool is_made = is_shared || (file_join(directory, FILE_PATH_MAX, err,
                                               root->directories[index], name, NULL) &&
                                     mkdir(directory, 0755) == 0);
        if (is_made && limiters[index](&group, limits)) continue;
        (void)error_system(err, errno, "limit the %s of '%s'", controller_names[index], name);
        cgroup_remove(&group);
        return false;
    }
    *out_group = group;
    return true;
}

void cgroup_directories(const struct cgroup *group,
                        const char *out[static CGROUP_CONTROLLER_COUNT + 1]) {
    size_t count = 0;

    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++)
        if (group->directories[index][0] != '\0') out[count++] = group->directories[index];
    out[count] = NULL;
}

struct cgroup_incidents cgroup_incidents_of(const struct cgroup *group) {
    AUTO(buffer_release) struct buffer memory = BUFFER_INIT(PROC_MAX_BYTES);
    AUTO(buffer_release) struct buffer pids = BUFFER_INIT(PROC_MAX_BYTES);
    const char *memory_directory = group->directories[CGROUP_MEMORY];
    const char *pids_directory = group->directories[group->is_v2 ? 0 : CGROUP_PIDS];

    if (memory_directory[0] != '\0')
        get(memory_directory, group->is_v2 ? "memory.events" : "memory.oom_control", &memory);
    if (pids_directory[0] != '\0') get(pids_directory, "pids.events", &pids);
    return (struct cgroup_incidents){.memory_kills = number_of(&memory, "oom_kill"),
                                     .refused_pids = number_of(&pids, "max")};
}

void cgroup_remove(const struct cgroup *group) {
    for (int index = 0; index < CGROUP_CONTROLLER_COUNT; index++)
        if (group->directories[index][0] != '\0') (void)rmdir(group->directories[index]);
}

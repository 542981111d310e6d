#include "runtime/host/process_tree.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, TREE_MAX = 1024, LOOKS_MAX = 16 };

static void read_text(char *out, size_t size_bytes, int directory, const char *path) {
    size_t used = 0;

    out[0] = '\0';
    AUTO(file_close) int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    while (used + 1 < size_bytes) {
        ssize_t got = read(fd, out + used, size_bytes - 1 - used);
        if (got <= 0) break;
        used += (size_t)got;
    }
    out[used] = '\0';
}

void process_read_text(char *out, size_t size_bytes, pid_t pid, const char *name) {
    char path[64];

    (void)text_format(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    read_text(out, size_bytes, AT_FDCWD, path);
}

static bool visit(pid_t pid, int depth, process_visit_fn *look, void *userdata);

// A space ends each number: what has none was cut, and would be another process.
static void visit_children(int tasks, const char *task, int depth, process_visit_fn *look,
                           void *userdata) {
    char children[4096];
    char name[32];
    char *end;

    (void)text_format(name, sizeof name, "%.16s/children", task);
    read_text(children, sizeof children, tasks, name);
    for (char *at = children;; at = end + 1) {
        long long child = strtoll(at, &end, 10);
        if (end == at || *end != ' ' || child <= 0) return;
        (void)visit((pid_t)child, depth + 1, look, userdata);
    }
}

// A child is listed with the thread that has started it, which in a JVM is any of a hundred.
static bool visit(pid_t pid, int depth, process_visit_fn *look, void *userdata) {
    char path[40];

    if (depth > DEPTH_MAX || !look(pid, userdata)) return false;
    (void)text_format(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) return true;
    for (struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        if (entry->d_name[0] != '.')
            visit_children(dirfd(tasks), entry->d_name, depth, look, userdata);
    (void)closedir(tasks);
    return true;
}

bool process_tree_visit(pid_t pid, process_visit_fn *look, void *userdata) {
    return visit(pid, 0, look, userdata);
}

struct tree {
    pid_t pids[TREE_MAX];
    size_t count;
};

static bool add(pid_t pid, void *userdata) {
    struct tree *tree = userdata;

    if (tree->count == TREE_MAX) return false;
    tree->pids[tree->count++] = pid;
    return true;
}

static bool holds(const struct tree *tree, pid_t pid) {
    for (size_t index = 0; index < tree->count; index++)
        if (tree->pids[index] == pid) return true;
    return false;
}

// Kills what is below the process, from below, and is not in `before`; false: that was nothing.
static bool kill_below(pid_t pid, struct tree *before) {
    struct tree tree = {.count = 0};
    bool any = false;

    (void)process_tree_visit(pid, add, &tree);
    for (size_t index = tree.count; index > 1; index--) {
        if (holds(before, tree.pids[index - 1])) continue;
        (void)kill(tree.pids[index - 1], SIGKILL);
        any = true;
    }
    *before = tree;
    return any;
}

// The uppermost stands still until the end: it starts nothing, and what loses its parent below a
// keeper (launcher/keeper.h) is found again as its child, as is what was started meanwhile.
void process_tree_kill(pid_t pid) {
    struct tree before = {.count = 0};

    (void)kill(pid, SIGSTOP);
    for (int look = 0; look < LOOKS_MAX && kill_below(pid, &before); look++)
        continue;
    (void)kill(pid, SIGKILL);
}

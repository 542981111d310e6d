#include "runtime/host/process_tree.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, TREE_MAX = 1024, ROUNDS_MAX = 16 };

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

static bool visit_tree(pid_t pid, int depth, process_visit_fn *visit, void *userdata);

// A space ends each number: one without it was cut, and would be the number of another process.
static void visit_children(int tasks, const char *task, int depth, process_visit_fn *visit,
                           void *userdata) {
    char children[4096];
    char name[32];
    char *end;

    (void)text_format(name, sizeof name, "%.16s/children", task);
    read_text(children, sizeof children, tasks, name);
    for (char *at = children;; at = end + 1) {
        long long child = strtoll(at, &end, 10);
        if (end == at || *end != ' ' || child <= 0) return;
        (void)visit_tree((pid_t)child, depth + 1, visit, userdata);
    }
}

// A child is listed with the thread that has started it, one of a hundred in a JVM.
static bool visit_tree(pid_t pid, int depth, process_visit_fn *visit, void *userdata) {
    char path[40];

    if (depth > DEPTH_MAX || !visit(pid, userdata)) return false;
    (void)text_format(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) return true;
    for (struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        if (entry->d_name[0] != '.')
            visit_children(dirfd(tasks), entry->d_name, depth, visit, userdata);
    (void)closedir(tasks);
    return true;
}

bool process_tree_visit(pid_t pid, process_visit_fn *visit, void *userdata) {
    return visit_tree(pid, 0, visit, userdata);
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

// Kills the descendants that are not in `before`, the lowest first; false: there were none.
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

// The topmost process is stopped first, so that it starts no other. In the next round the processes
// that have lost their parent are found as its children, where it is a keeper (launcher/keeper.h),
// and so are those that were started meanwhile.
void process_tree_kill(pid_t pid) {
    struct tree before = {.count = 0};

    (void)kill(pid, SIGSTOP);
    for (int round = 0; round < ROUNDS_MAX && kill_below(pid, &before); round++)
        continue;
    (void)kill(pid, SIGKILL);
}

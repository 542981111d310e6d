#include "runtime/process_tree.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, TREE_MAX = 1024 };

void process_read_text(char *out, size_t size_bytes, pid_t pid, const char *name) {
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

static bool visit(pid_t pid, int depth, process_visit_fn *look, void *userdata) {
    char children[4096];
    char name[40];
    char *end;

    if (depth > DEPTH_MAX || !look(pid, userdata)) return false;
    (void)text_format(name, sizeof name, "task/%d/children", (int)pid);
    process_read_text(children, sizeof children, pid, name);
    for (char *at = children;; at = end) {
        long long child = strtoll(at, &end, 10);
        if (end == at || child <= 0) break;
        (void)visit((pid_t)child, depth + 1, look, userdata);
    }
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

// All are found before the first one dies: what has lost its parent is found no more.
void process_tree_kill(pid_t pid) {
    struct tree tree = {.count = 0};

    (void)process_tree_visit(pid, add, &tree);
    while (tree.count > 0)
        (void)kill(tree.pids[--tree.count], SIGKILL);
}

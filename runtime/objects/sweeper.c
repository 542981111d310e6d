#include "runtime/objects/sweeper.h"

#include "base/memory.h"
#include "runtime/host/process.h"
#include "runtime/objects/object_key.h"

#include <unistd.h>

// Of coreutils, which every Debian installs.
static const char RM[] = "/bin/rm";

struct waste {
    char *staging;
    char *path;
    struct waste *next;
};

struct sweeper {
    sd_event *loop;
    struct waste *first; // the one that is removed, if `child` runs
    struct process *child;
};

struct sweeper *sweeper_new(sd_event *loop) {
    struct sweeper *sweeper = memory_alloc(sizeof *sweeper);

    sweeper->loop = sd_event_ref(loop);
    return sweeper;
}

static void drop_first(struct sweeper *sweeper) {
    struct waste *waste = sweeper->first;

    sweeper->first = waste->next;
    memory_free(waste->staging);
    memory_free(waste->path);
    memory_free(waste);
}

void sweeper_free(struct sweeper *sweeper) {
    if (sweeper == NULL) return;
    process_free(sweeper->child);
    while (sweeper->first != NULL)
        drop_first(sweeper);
    (void)sd_event_unref(sweeper->loop);
    memory_free(sweeper);
}

static void sweep(struct sweeper *sweeper);

static void on_removed(void *userdata, struct process_end how) {
    struct sweeper *sweeper = userdata;

    (void)how; // what is left is removed by the next daemon
    process_free(TAKE(sweeper->child));
    (void)rmdir(sweeper->first->staging);
    drop_first(sweeper);
    sweep(sweeper);
}

static void sweep(struct sweeper *sweeper) {
    const char *const environment[] = {NULL};

    while (sweeper->first != NULL && sweeper->child == NULL) {
        const char *const arguments[] = {RM, "-rf", "--", sweeper->first->path, NULL};
        struct process_spec spec = {.arguments = arguments,
                                    .environment = environment,
                                    .done = on_removed,
                                    .userdata = sweeper};
        if (!process_start(sweeper->loop, &spec, &sweeper->child, NULL)) drop_first(sweeper);
    }
}

void sweeper_add(struct sweeper *sweeper, const char *root, const char *name) {
    struct waste *waste = memory_alloc(sizeof *waste);
    struct waste **last = &sweeper->first;

    waste->staging = memory_format("%s/%s", root, OBJECT_KEY_STAGING);
    waste->path = memory_format("%s/%s", waste->staging, name);
    while (*last != NULL)
        last = &(*last)->next;
    *last = waste;
    sweep(sweeper);
}

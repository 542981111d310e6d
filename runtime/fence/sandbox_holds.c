#include "runtime/fence/sandbox_holds.h"

#include "base/cleanup.h"

// Versions of Landlock's interface, by the first kernel that has them.
enum { LANDLOCK_5_13 = 1, LANDLOCK_6_7 = 4, LANDLOCK_6_12 = 6 };
// A cell: held back, open, or held back from that version of Landlock on.
enum { HELD = 0, OPEN = 100 };

struct row {
    struct sandbox_thing thing;
    int cells[SANDBOX_LEVEL_COUNT];
};

// clang-format off
static const struct row rows[] = {
    // full, contained, scoped, none
    {{"files", "files of the host, of kobel and of other applications, private keys included"},
     {HELD, HELD, HELD, OPEN}},
    {{"fileFacts", "sizes, times and use of files of the host whose names are known"},
     {HELD, HELD, OPEN, OPEN}},
    {{"memory", "memory, environment and open files of other processes"},
     {HELD, HELD, HELD, OPEN}},
    {{"processes", "names and command lines of other processes"},
     {HELD, LANDLOCK_5_13, HELD, OPEN}},
    {{"signals", "signals to kobel and to other processes of its user"},
     {HELD, HELD, LANDLOCK_6_12, OPEN}},
    {{"priority", "priority and choice of processors of other processes of the user"},
     {HELD, HELD, OPEN, OPEN}},
    {{"kernel", "mounts, namespaces, modules, tracing, keyrings and other calls deep into the kernel"},
     {HELD, HELD, HELD, OPEN}},
    {{"unixSockets", "Unix sockets of the user and of the host (D-Bus, Docker)"},
     {HELD, HELD, HELD, OPEN}},
    {{"sharedMemory", "shared memory and message queues of other processes of the user"},
     {HELD, HELD, HELD, OPEN}},
    {{"machine", "memory and processes of the machine where no control groups count them"},
     {OPEN, OPEN, OPEN, OPEN}},
    {{"disk", "space on the disk of the data directory"},
     {OPEN, OPEN, OPEN, OPEN}},
    {{"ports", "ports of other applications' clusters and of kobel's API"},
     {LANDLOCK_6_7, LANDLOCK_6_7, LANDLOCK_6_7, OPEN}},
    {{"network", "all other ports of this host, and every other host"},
     {OPEN, OPEN, OPEN, OPEN}},
};
// clang-format on

size_t sandbox_thing_count(void) {
    return COUNT_OF(rows);
}

struct sandbox_thing sandbox_thing_at(size_t index) {
    return rows[index].thing;
}

bool sandbox_holds(const struct sandbox *sandbox, size_t index) {
    return sandbox->landlock >= rows[index].cells[sandbox->level];
}

void sandbox_print_things(const struct sandbox *sandbox, bool held, struct buffer *out) {
    for (size_t index = 0; index < COUNT_OF(rows); index++)
        if (sandbox_holds(sandbox, index) == held)
            (void)buffer_append_format(out, "%s%s", out->size_bytes == 0 ? "" : "; ",
                                       rows[index].thing.text);
}

// --- the table ---

static const char *cell_text(int cell) {
    switch (cell) {
    case HELD:
        return "held back";
    case LANDLOCK_5_13:
        return "held back with Landlock";
    case LANDLOCK_6_7:
        return "held back from Linux 6.7 on";
    case LANDLOCK_6_12:
        return "held back from Linux 6.12 on";
    default:
        return "**open**";
    }
}

void sandbox_print_table(struct buffer *out) {
    (void)buffer_append_text(out, "| what a program could reach |");
    for (enum sandbox_level level = SANDBOX_FULL; level < SANDBOX_LEVEL_COUNT; level++)
        (void)buffer_append_format(out, " `%s` |", sandbox_level_name(level));
    (void)buffer_append_text(out, "\n|---|---|---|---|---|\n");
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        (void)buffer_append_format(out, "| %s |", rows[index].thing.text);
        for (enum sandbox_level level = SANDBOX_FULL; level < SANDBOX_LEVEL_COUNT; level++)
            (void)buffer_append_format(out, " %s |", cell_text(rows[index].cells[level]));
        (void)buffer_append_text(out, "\n");
    }
}

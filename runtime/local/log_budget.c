#include "runtime/local/log_budget.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/growing_file.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process.h"
#include "runtime/local/cluster_conf.h"
#include "runtime/local/workspace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// One piece is given back to the file system in a turn. How long that takes depends on the file
// system, which may have to write first: the size of the pieces adapts.
static const int64_t PIECE_MIN_BYTES = (int64_t)1 << 20;
static const int64_t PIECE_MAX_BYTES = (int64_t)16 << 20;
enum { PIECE_LONG_US = 8000 };
static const int64_t PIECE_LAST_BYTES = (int64_t)64 << 20;
static const uint64_t EVERY_US = 500000;
static const uint64_t SOON_US = 100000; // while they grow fast
static const uint64_t AT_ONCE_US = 1000;

struct log_file {
    char name[40];
    int64_t gap_bytes;   // to be given back, from its beginning; 0: nothing
    int64_t given_bytes; // of them, so far
};

struct log_budget {
    sd_event_source *timer;
    sd_event *loop;
    char root[FILE_PATH_MAX]; // of the cluster
    int64_t budget_bytes;
    int64_t used_bytes; // at the last check
    int64_t piece_bytes;
    struct process *cutter; // NULL or ended: no file is being cut
    bool never_cuts;        // this file system cannot
    int next;               // the file that gives back first in the next turn
    int count;
    struct log_file files[];
};

int64_t log_budget_gap(int64_t size_bytes, int64_t used_bytes, int64_t share_bytes) {
    if (used_bytes <= share_bytes) return 0;
    int64_t gap_bytes = size_bytes - share_bytes / 2;
    return gap_bytes <= 0 ? 0 : gap_bytes - gap_bytes % LOG_BUDGET_ALIGNMENT_BYTES;
}

int64_t log_budget_cut(int64_t gap_bytes) {
    return gap_bytes < 2 * GROWING_FILE_CUT_BYTES ? 0
                                                  : gap_bytes - gap_bytes % GROWING_FILE_CUT_BYTES;
}

// --- giving back ---

static void end_round(struct log_file *file) {
    file->gap_bytes = file->given_bytes = 0;
}

// One piece, and what lies before it without data: a program may have made the file longer, or
// reserved room in it. Each piece continues behind the one before.
static void give_back(struct log_budget *budget, struct log_file *file, int fd) {
    int64_t from = file->given_bytes;
    int64_t data = growing_file_after_gap(fd, from);
    int64_t begun_us = clock_monotonic_us();

    data -= data % LOG_BUDGET_ALIGNMENT_BYTES;
    bool is_last = file->gap_bytes - data <= budget->piece_bytes;
    int64_t to = is_last ? file->gap_bytes : data + budget->piece_bytes;
    // Where the file system has no holes, the file is emptied, so that the disk does not fill.
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, to - from) < 0) {
        error_ignore(ftruncate(fd, 0) == 0);
        end_round(file);
        return;
    }
    file->given_bytes = to;
    if (is_last) end_round(file);
    bool was_long = clock_monotonic_us() - begun_us > PIECE_LONG_US;
    int64_t piece = was_long ? budget->piece_bytes / 2 : budget->piece_bytes * 2;
    if (piece >= PIECE_MIN_BYTES && piece <= PIECE_MAX_BYTES) budget->piece_bytes = piece;
}

static void on_cut(void *userdata, struct process_end end) {
    struct log_budget *budget = userdata;

    budget->never_cuts = end.was_signalled || end.number != 0;
}

static void cut(struct log_budget *budget, int fd, int64_t size_bytes) {
    int64_t gap_bytes = growing_file_after_gap(fd, 0);
    // fallocate() refuses to cut off a whole file.
    int64_t cut_bytes = gap_bytes < size_bytes ? log_budget_cut(gap_bytes) : 0;
    char length[24];
    char path[40];
    int kept_fds[] = {fd, -1};
    const char *const environment[] = {NULL};
    const char *const arguments[] = {
        "/usr/bin/fallocate", "--collapse-range", "--offset", "0", "--length", length, path, NULL};
    struct process_spec spec = {.arguments = arguments,
                                .environment = environment,
                                .kept_fds = kept_fds,
                                .done = on_cut,
                                .userdata = budget};

    if (cut_bytes == 0 || budget->never_cuts) return;
    if (budget->cutter != NULL && !process_has_ended(budget->cutter)) return;
    process_free(TAKE(budget->cutter));
    (void)text_format(length, sizeof length, "%lld", (long long)cut_bytes);
    // By its descriptor: the name may belong to another file by then.
    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    budget->never_cuts = !process_start(budget->loop, &spec, &budget->cutter, NULL);
}

// *out_used_bytes: of the disk. Gives a piece back if *may_give_back, which is false then. False:
// there is no such file.
static bool update_file(struct log_budget *budget, struct log_file *file, bool *may_give_back,
                        int64_t *out_used_bytes) {
    AUTO(file_close) int fd = -1;
    struct stat entry;

    if (!file_open_writable_inside(budget->root, file->name, &fd, NULL) || fstat(fd, &entry) < 0) {
        end_round(file);
        return false;
    }
    *out_used_bytes = (int64_t)entry.st_blocks * 512;
    // Another process has shortened it meanwhile.
    if (file->gap_bytes > entry.st_size) end_round(file);
    if (file->gap_bytes == 0)
        file->gap_bytes =
            log_budget_gap(entry.st_size, *out_used_bytes, budget->budget_bytes / budget->count);
    if (file->gap_bytes == 0) {
        cut(budget, fd, entry.st_size);
    } else if (*may_give_back) {
        give_back(budget, file, fd);
        *may_give_back = false;
    }
    return true;
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct log_budget *budget = userdata;
    int first = budget->next;
    int64_t used_bytes = 0;
    bool may_give_back = true;
    bool is_busy = false;

    for (int step = 0; step < budget->count; step++) {
        int index = (first + step) % budget->count;
        struct log_file *file = &budget->files[index];
        bool had_turn = !may_give_back;
        int64_t used = 0;
        if (update_file(budget, file, &may_give_back, &used)) used_bytes += used;
        if (!had_turn && !may_give_back) budget->next = (index + 1) % budget->count;
        is_busy = is_busy || file->gap_bytes > 0;
    }
    bool grows_fast = used_bytes - budget->used_bytes > budget->budget_bytes / 20;
    budget->used_bytes = used_bytes;
    (void)sd_event_source_set_time(source, now_us + (is_busy      ? AT_ONCE_US
                                                     : grows_fast ? SOON_US
                                                                  : EVERY_US));
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

// --- life ---

static void name_files(struct log_budget *budget, int process) {
    char name[32];

    cluster_conf_process_name(process == 0 ? FLINK_JOBMANAGER : FLINK_TASKMANAGER, process, name,
                              sizeof name);
    for (int index = 0; index < 2; index++)
        (void)text_format(budget->files[budget->count++].name, sizeof budget->files[0].name,
                          WORKSPACE_LOG "/%s%s", name, index == 0 ? ".log" : ".out");
}

bool log_budget_new(sd_event *loop, const char *cluster_root, int taskmanagers,
                    int64_t budget_bytes, struct log_budget **out_budget, struct error *err) {
    size_t files = 2 * ((size_t)taskmanagers + 1);
    AUTO(log_budget_free)
    struct log_budget *budget = memory_alloc(sizeof *budget + files * sizeof(struct log_file));

    budget->loop = sd_event_ref(loop);
    budget->budget_bytes = budget_bytes;
    budget->piece_bytes = PIECE_MIN_BYTES;
    (void)text_copy(budget->root, sizeof budget->root, cluster_root);
    for (int process = 0; process <= taskmanagers; process++)
        name_files(budget, process);
    // The accuracy lets the loop serve many clusters in one turn.
    int code = sd_event_add_time_relative(loop, &budget->timer, CLOCK_MONOTONIC, EVERY_US,
                                          SOON_US / 4, on_timer, budget);
    if (code < 0) return error_system(err, -code, "timer of the logs");
    *out_budget = TAKE(budget);
    return true;
}

// Gives back what was written since the last check: it stays on the disk from now on.
static void update_finally(struct log_budget *budget) {
    int64_t ignored = 0;

    budget->piece_bytes = PIECE_LAST_BYTES;
    for (int index = 0; index < budget->count; index++) {
        bool may_give_back = true;
        (void)update_file(budget, &budget->files[index], &may_give_back, &ignored);
    }
}

void log_budget_free(struct log_budget *budget) {
    if (budget == NULL) return;
    budget->never_cuts = true;
    if (budget->timer != NULL) update_finally(budget);
    (void)sd_event_source_disable_unref(budget->timer);
    process_free(budget->cutter);
    (void)sd_event_unref(budget->loop);
    memory_free(budget);
}

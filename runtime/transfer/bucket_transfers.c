#include "runtime/transfer/bucket_transfers.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/transfer/directory_bucket.h"
#include "runtime/transfer/s3_bucket.h"
#include "runtime/transfer/transfer.h"

// Each copies several files at once. More wait for their turn.
enum { RUNNING_MAX = 8 };
static const int64_t PARTS_FROM_BYTES = (int64_t)64 << 20;
static const int64_t PART_BYTES = (int64_t)16 << 20;
static const int64_t FIRST_PAUSE_MS = 1000;

struct entry {
    struct bucket_transfers *all;
    struct entry *next;
    char id[TRANSFER_ID_SIZE];
    enum transfer_kind kind;
    char *directory;
    char *bucket;
    char *prefix;
    struct transfer *transfer; // NULL: it waits
    transfer_done_fn *done;
    void *userdata;
};

struct bucket_transfers {
    struct transfer_settings settings;
    struct directory_bucket directory;
    struct s3_bucket s3; // client NULL: not used
    struct sync_queue *syncs;
    struct entry *entries; // the oldest first
    int running;
};

static void free_entry(struct entry *entry) {
    struct entry **place = &entry->all->entries;

    while (*place != entry)
        place = &(*place)->next;
    *place = entry->next;
    if (entry->transfer != NULL) {
        transfer_free(entry->transfer);
        entry->all->running--;
    }
    memory_free(entry->directory);
    memory_free(entry->bucket);
    memory_free(entry->prefix);
    memory_free(entry);
}

static void start_waiting(struct bucket_transfers *all);

static void on_end(void *userdata, const struct bucket_failure *failure) {
    struct entry *entry = userdata;
    struct bucket_transfers *all = entry->all;
    transfer_done_fn *done = entry->done;
    void *done_userdata = entry->userdata;
    struct transfer_result result = {.reason = ""};
    struct bucket_failure copy;
    char id[TRANSFER_ID_SIZE];

    (void)text_copy(id, sizeof id, entry->id);
    if (failure == NULL) {
        result.size_bytes = transfer_size_bytes(entry->transfer);
    } else {
        copy = *failure;
        result.fault = copy.fault;
        result.reason = copy.reason;
    }
    free_entry(entry);
    start_waiting(all);
    done(done_userdata, id, &result);
}

static void start_waiting(struct bucket_transfers *all) {
    for (struct entry *entry = all->entries; entry != NULL && all->running < RUNNING_MAX;
         entry = entry->next) {
        if (entry->transfer != NULL) continue;
        struct transfer_order order = {.id = entry->id,
                                       .kind = entry->kind,
                                       .directory = entry->directory,
                                       .bucket = entry->bucket,
                                       .prefix = entry->prefix};
        entry->transfer = transfer_new(&all->settings, &order, on_end, entry);
        all->running++;
    }
}

// --- the port ---

static void begin(void *self, const struct transfer_order *order, transfer_done_fn *done,
                  void *userdata) {
    struct bucket_transfers *all = self;
    struct entry **place = &all->entries;
    struct entry *entry = memory_alloc(sizeof *entry);

    for (; *place != NULL; place = &(*place)->next)
        if (text_equal((*place)->id, order->id)) abort();
    *place = entry;
    entry->all = all;
    if (!text_copy(entry->id, sizeof entry->id, order->id)) abort();
    entry->kind = order->kind;
    entry->directory = memory_copy_text(order->directory);
    entry->bucket = memory_copy_text(order->bucket);
    entry->prefix = memory_copy_text(order->prefix);
    entry->done = done;
    entry->userdata = userdata;
    start_waiting(all);
}

static const struct transfer_ops ops = {.begin = begin};

struct snapshot_transfer_port bucket_transfers_port(struct bucket_transfers *transfers) {
    return (struct snapshot_transfer_port){.ops = &ops, .self = transfers};
}

// --- life ---

static int64_t or_usual(int64_t value, int64_t usual) {
    return value == 0 ? usual : value;
}

bool bucket_transfers_new(sd_event *loop, const struct bucket_transfers_options *options,
                          struct bucket_transfers **out_transfers, struct error *err) {
    AUTO(bucket_transfers_free) struct bucket_transfers *all = memory_alloc(sizeof *all);

    all->settings.loop = all->directory.loop = sd_event_ref(loop);
    all->syncs = all->settings.syncs = all->directory.syncs = sync_queue_new(loop);
    all->settings.first_pause_ms = or_usual(options->first_pause_ms, FIRST_PAUSE_MS);
    all->s3.parts_from_bytes = or_usual(options->parts_from_bytes, PARTS_FROM_BYTES);
    all->s3.part_bytes = or_usual(options->part_bytes, PART_BYTES);
    if (!text_copy(all->settings.data_directory, FILE_PATH_MAX, options->data_directory) ||
        !text_copy(all->directory.directory, FILE_PATH_MAX, options->s3_directory))
        return error_set(err, ERROR_INVALID, "the path of the data directory is too long");
    if (options->s3.endpoint != NULL && !s3_client_new(loop, &options->s3, &all->s3.client, err))
        return false;
    all->settings.buckets =
        all->s3.client == NULL ? directory_bucket_port(&all->directory) : s3_bucket_port(&all->s3);
    *out_transfers = TAKE(all);
    return true;
}

void bucket_transfers_free(struct bucket_transfers *transfers) {
    if (transfers == NULL) return;
    while (transfers->entries != NULL)
        free_entry(transfers->entries);
    s3_client_free(transfers->s3.client);
    sync_queue_free(transfers->syncs);
    (void)sd_event_unref(transfers->settings.loop);
    memory_free(transfers);
}

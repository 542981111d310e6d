#include "fakes/fake_transfer.h"

#include "base/text.h"

#include <stdlib.h>

static struct fake_transfer_order *find_running(struct fake_transfer *fake, const char *id) {
    for (size_t index = 0; index < fake->count; index++)
        if (fake->orders[index].is_running && text_equal(fake->orders[index].id, id))
            return &fake->orders[index];
    return NULL;
}

// An order that the real transport could not carry out is a mistake of the program.
static void begin(void *self, const struct transfer_order *order, transfer_done_fn *done,
                  void *userdata) {
    struct fake_transfer *fake = self;

    if (fake->count == FAKE_TRANSFERS_MAX || find_running(fake, order->id) != NULL ||
        order->id[0] == '\0' || order->directory[0] != '/' || !text_ends_with(order->prefix, "/"))
        abort();
    struct fake_transfer_order *kept = &fake->orders[fake->count++];
    *kept = (struct fake_transfer_order){
        .kind = order->kind, .is_running = true, .done = done, .userdata = userdata};
    if (!text_copy(kept->id, sizeof kept->id, order->id) ||
        !text_copy(kept->directory, sizeof kept->directory, order->directory) ||
        !text_copy(kept->bucket, sizeof kept->bucket, order->bucket) ||
        !text_copy(kept->prefix, sizeof kept->prefix, order->prefix))
        abort();
}

const struct transfer_ops fake_transfer_ops = {.begin = begin};

const struct fake_transfer_order *fake_transfer_find(const struct fake_transfer *fake,
                                                     const char *id) {
    for (size_t index = fake->count; index > 0; index--)
        if (text_equal(fake->orders[index - 1].id, id)) return &fake->orders[index - 1];
    return NULL;
}

size_t fake_transfer_running(const struct fake_transfer *fake) {
    size_t running = 0;

    for (size_t index = 0; index < fake->count; index++)
        running += fake->orders[index].is_running;
    return running;
}

static bool end(struct fake_transfer *fake, const char *id, const struct transfer_result *result) {
    struct fake_transfer_order *order = find_running(fake, id);

    if (order == NULL) return false;
    order->is_running = false;
    order->done(order->userdata, order->id, result);
    return true;
}

bool fake_transfer_complete(struct fake_transfer *fake, const char *id, int64_t size_bytes) {
    struct transfer_result result = {.size_bytes = size_bytes, .reason = ""};

    return end(fake, id, &result);
}

bool fake_transfer_fail(struct fake_transfer *fake, const char *id, enum transfer_fault fault,
                        const char *reason) {
    struct transfer_result result = {.fault = fault, .reason = reason};

    return end(fake, id, &result);
}

void fake_transfer_forget(struct fake_transfer *fake) {
    for (size_t index = 0; index < fake->count; index++)
        fake->orders[index].is_running = false;
}

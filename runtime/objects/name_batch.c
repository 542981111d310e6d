#include "runtime/objects/name_batch.h"

#include "base/memory.h"

#include <string.h>

// The place of the first name that is not smaller.
static int place_of(const struct name_batch *batch, const char *name) {
    int low = 0;
    int high = batch->count;

    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(batch->names[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void name_batch_add(struct name_batch *batch, const char *name) {
    int place = place_of(batch, name);

    if (batch->count == NAME_BATCH_MAX) {
        batch->has_more = true;
        if (place == NAME_BATCH_MAX) return;
        memory_free(batch->names[--batch->count]);
    }
    memmove(batch->names + place + 1, batch->names + place,
            (size_t)(batch->count - place) * sizeof batch->names[0]);
    batch->names[place] = memory_copy_text(name);
    batch->count++;
}

void name_batch_release(struct name_batch *batch) {
    for (int index = 0; index < batch->count; index++)
        memory_free(batch->names[index]);
    *batch = (struct name_batch){0};
}

#include "controller/snapshots/snapshot_retention.h"

#include "controller/moves/retention.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/enhanced_snapshot_store.h"

// In one turn of the loop.
enum { REMOVED_AT_ONCE = 20 };

// The store lists them by sequence, which is the order of creation unless the clock was set back:
// then some are removed later than they could be.
bool snapshot_retention_apply(struct app_service *service, int64_t *out_next_ms,
                              struct error *err) {
    int64_t max_age_ms = service->retention.max_age_ms;
    struct enhanced_snapshot snapshot = {0};
    bool found;

    *out_next_ms = 0;
    if (max_age_ms == 0) return true;
    for (int count = 0; count < REMOVED_AT_ONCE; count++) {
        if (!enhanced_snapshot_store_next_unowned(service->db, RETENTION_TAG, snapshot.sequence,
                                                  &snapshot, &found, err))
            return false;
        if (!found) return true;
        *out_next_ms = snapshot.created_at_ms + max_age_ms + 1;
        if (*out_next_ms > service_now_ms(service)) return true;
        if (!snapshot_ledger_begin_deletion(service, &snapshot, NULL, err)) return false;
    }
    return true;
}

#include "controller/moves/source_hold.h"

#include "base/text.h"
#include "storage/tag_store.h"

// The longest value has 256 characters.
enum { VALUE_SIZE = 256 * 4 + 1 };

bool source_hold_find(struct app_service *service, const char *app_id, bool *out_holds,
                      struct error *err) {
    char value[VALUE_SIZE];
    bool found;

    if (!tag_store_find(service->db, app_id, SOURCE_HOLD_TAG, value, sizeof value, &found, err))
        return false;
    *out_holds = found && !text_equal(value, "false");
    return true;
}

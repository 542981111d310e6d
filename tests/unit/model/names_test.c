// Every value of every enumeration has a name and is found by it.
#include "base/text.h"
#include "model/app.h"
#include "model/cluster_size.h"
#include "model/operation.h"
#include "model/runtime_environment.h"
#include "model/snapshot.h"

#include <criterion/criterion.h>

#define CHECK_NAMES(prefix, type, count)                                                           \
    Test(names, of_##prefix##_are_found_again) {                                                   \
        for (int value = 0; value < (count); value++) {                                            \
            const char *name = prefix##_name((type)value);                                         \
            type found = (type)(count);                                                            \
            cr_assert_not(text_equal(name, "unknown"), "value %d has no name", value);             \
            cr_assert(prefix##_from_name(name, &found), "%s is not found", name);                  \
            cr_assert_eq((int)found, value, "%s is the name of two", name);                        \
        }                                                                                          \
    }

CHECK_NAMES(app_status, enum app_status, APP_STATUS_COUNT)
CHECK_NAMES(restore_type, enum restore_type, RESTORE_TYPE_COUNT)
CHECK_NAMES(state_origin, enum state_origin, STATE_ORIGIN_COUNT)
CHECK_NAMES(placement_phase, enum placement_phase, PLACEMENT_PHASE_COUNT)
CHECK_NAMES(move_kind, enum move_kind, MOVE_KIND_COUNT)
CHECK_NAMES(operation_status, enum operation_status, OPERATION_STATUS_COUNT)
CHECK_NAMES(snapshot_status, enum snapshot_status, SNAPSHOT_STATUS_COUNT)
CHECK_NAMES(profile, enum profile, PROFILE_COUNT)
CHECK_NAMES(runtime_environment, enum runtime_environment, RUNTIME_COUNT)

Test(names, of_operations_are_known_for_every_move) {
    for (int kind = 0; kind < MOVE_KIND_COUNT; kind++)
        cr_assert_not_null(move_operation_name((enum move_kind)kind), "kind %d", kind);
}

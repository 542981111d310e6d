#include "controller/moves/lifecycle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(lifecycle, follows_the_matrix_of_the_service) {
    // facts/api.md 4.2: who may be started, stopped, updated.
    for (int status = 0; status < APP_STATUS_COUNT; status++) {
        enum app_status from = (enum app_status)status;
        bool rests = from == APP_READY || from == APP_RUNNING;
        cr_assert(eq(int, lifecycle_allows(from, EVENT_START), from == APP_READY));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_STOP), from == APP_RUNNING));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_UPDATE), rests));
    }
}

// Whatever hangs, its user can leave it: the service has no way out of ROLLING_BACK, kobel has.
Test(lifecycle, has_a_way_out_of_each_status) {
    static const enum app_status busy[] = {APP_STARTING,    APP_RUNNING,  APP_UPDATING,
                                           APP_AUTOSCALING, APP_STOPPING, APP_ROLLING_BACK,
                                           APP_MAINTENANCE};

    for (size_t index = 0; index < sizeof busy / sizeof busy[0]; index++) {
        cr_assert(lifecycle_allows(busy[index], EVENT_FORCE_STOP), "%s",
                  app_status_name(busy[index]));
        cr_assert(lifecycle_allows(busy[index], EVENT_DELETE), "%s", app_status_name(busy[index]));
    }
    // Their end is one commit away.
    cr_assert(not(lifecycle_allows(APP_FORCE_STOPPING, EVENT_FORCE_STOP)));
    cr_assert(lifecycle_allows(APP_FORCE_STOPPING, EVENT_DELETE));
    cr_assert(not(lifecycle_allows(APP_DELETING, EVENT_FORCE_STOP)));
    cr_assert(not(lifecycle_allows(APP_DELETING, EVENT_DELETE)));
    // Nothing runs.
    cr_assert(not(lifecycle_allows(APP_READY, EVENT_FORCE_STOP)));
    cr_assert(lifecycle_allows(APP_READY, EVENT_DELETE));
}

Test(lifecycle, changes_nothing_where_the_table_has_no_edge) {
    enum app_status status = APP_DELETING;
    struct error err;

    cr_assert(not(lifecycle_apply(&status, EVENT_START, &err)));
    cr_assert(eq(int, status, APP_DELETING));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
}

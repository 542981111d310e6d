#include "controller/lifecycle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(lifecycle, follows_the_matrix_of_the_service) {
    // api-semantics 5.2: who may be started, stopped, updated, deleted.
    for (int status = 0; status < APP_STATUS_COUNT; status++) {
        enum app_status from = (enum app_status)status;
        bool rests = from == APP_READY || from == APP_RUNNING;
        bool can_be_forced = from == APP_STARTING || from == APP_RUNNING || from == APP_UPDATING ||
                             from == APP_STOPPING || from == APP_AUTOSCALING;
        cr_assert(eq(int, lifecycle_allows(from, EVENT_START), from == APP_READY));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_STOP), from == APP_RUNNING));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_UPDATE), rests));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_DELETE), rests));
        cr_assert(eq(int, lifecycle_allows(from, EVENT_FORCE_STOP), can_be_forced));
    }
}

Test(lifecycle, changes_nothing_where_the_table_has_no_edge) {
    enum app_status status = APP_DELETING;
    struct error err;

    cr_assert(not(lifecycle_apply(&status, EVENT_START, &err)));
    cr_assert(eq(int, status, APP_DELETING));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
}

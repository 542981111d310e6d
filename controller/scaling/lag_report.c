#include "controller/scaling/lag_report.h"

#include "base/text.h"
#include "controller/history/event_log.h"

bool lag_report(struct app_service *service, const struct app *app,
                const struct job_measurement *measurement, bool *is_missing, struct error *err) {
    const char *failure = measurement->lag_failure;
    bool has_failed = failure[0] != '\0';
    char message[MEASURED_FAILURE_SIZE + 64];
    AUTO(db_rollback) struct db_tx tx = {0};

    if (has_failed == *is_missing) return true;
    // The groups were not asked yet.
    if (!has_failed && measurement->consumer_lag < 0) return true;
    (void)text_format(message, sizeof message, "the lag of a consumer group is %s%s",
                      has_failed ? "not known: " : "known again", failure);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!event_log_add(service, app, "lag", message, NULL, err)) return false;
    if (!db_commit(&tx, err)) return false;
    *is_missing = has_failed;
    return true;
}

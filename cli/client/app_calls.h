// Requests about one application that several commands send.
#pragma once

#include "base/json.h"
#include "cli/client/client.h"

enum { APP_CALLS_OPERATION_SIZE = 64 };

// {"ApplicationName": name}
json_t *app_request(const char *name);

// The ApplicationDetail. ERROR_NOT_FOUND: there is no such application.
MUST_CHECK bool app_describe(struct client *client, const char *name, json_t **out_detail,
                             struct error *err);
// GET of /kobel/v1/applications/<name><rest>, such as "/events?after=1". ERROR_UNSUPPORTED: the
// daemon is too old and does not know the path. `err` is not NULL.
MUST_CHECK bool app_get(struct client *client, const char *name, const char *rest,
                        int64_t timeout_ms, json_t **out_reply, struct error *err);
// The same for a POST; consumes `request`.
MUST_CHECK bool app_post(struct client *client, const char *name, const char *rest, json_t *request,
                         json_t **out_reply, struct error *err);
const char *app_status_of(const json_t *detail);   // "READY"
bool app_has_lasting_status(const json_t *detail); // no operation is under way
int64_t app_parallelism_of(const json_t *detail);
// The milliseconds of a timestamp of the service, which is in seconds; 0 when absent.
int64_t app_time_of(const json_t *object, const char *member);

// A FlinkApplicationConfigurationUpdate.
json_t *app_parallelism_change(int64_t parallelism);

// UpdateApplication for the current version. Consumes `changes`: members of the request, such as
// ApplicationConfigurationUpdate. `out_operation_id` is "" when the application was READY.
MUST_CHECK bool app_update(struct client *client, const char *name, json_t *changes,
                           char out_operation_id[static APP_CALLS_OPERATION_SIZE],
                           struct error *err);
// StartApplication or StopApplication; consumes `request`, returns the id of the operation.
MUST_CHECK bool app_begin(struct client *client, const char *operation, json_t *request,
                          char out_operation_id[static APP_CALLS_OPERATION_SIZE],
                          struct error *err);

// A RunConfiguration, or a RunConfigurationUpdate. `member`: SnapshotName or SnapshotArn; both are
// NULL unless `type` needs one.
json_t *app_run_configuration(const char *type, const char *member, const char *snapshot,
                              bool allows_non_restored);

// The result of an operation that has ended: an error with its reason if it failed or was
// cancelled.
MUST_CHECK bool app_operation_check(struct client *client, const char *name,
                                    const char *operation_id, struct error *err);

// Called several times a second during a wait; false with `err` ends the wait.
typedef bool app_tick_fn(void *userdata, const json_t *detail, struct error *err);

// Waits until the application has a lasting status. `tick` sets the pace of the loop; NULL: a pause
// of a few milliseconds.
MUST_CHECK bool app_wait(struct client *client, const char *name, app_tick_fn *tick, void *userdata,
                         json_t **out_detail, struct error *err);

// A pause for the loops of commands.
void app_pause(int pause_ms);

// What several commands ask and do about one application.
#pragma once

#include "base/json.h"
#include "cli/client/client.h"

enum { APP_CALLS_OPERATION_SIZE = 64 };

// {"ApplicationName": name}
json_t *app_request(const char *name);

// The ApplicationDetail. ERROR_NOT_FOUND: there is no such application.
MUST_CHECK bool app_describe(struct client *client, const char *name, json_t **out_detail,
                             struct error *err);
// GET of /kobel/v1/applications/<name><rest>, such as "/events?after=1". A daemon that does not
// know the path at all is told to be too old: ERROR_UNSUPPORTED.
MUST_CHECK bool app_get(struct client *client, const char *name, const char *rest,
                        int64_t timeout_ms, json_t **out_reply, struct error *err);
const char *app_status_of(const json_t *detail); // "READY"
bool app_is_settled(const json_t *detail);       // a status that lasts
int64_t app_parallelism_of(const json_t *detail);
// Of the service's timestamps, which are seconds with a fraction, in milliseconds; 0 when absent.
int64_t app_time_of(const json_t *object, const char *member);

// A FlinkApplicationConfigurationUpdate.
json_t *app_parallelism_change(int64_t parallelism);

// UpdateApplication for the version that is there now. `changes` is taken: members of the request,
// such as ApplicationConfigurationUpdate. `out_operation_id` is "" when nothing was running.
MUST_CHECK bool app_update(struct client *client, const char *name, json_t *changes,
                           char out_operation_id[static APP_CALLS_OPERATION_SIZE],
                           struct error *err);
// The id of StartApplication or StopApplication; `request` is taken.
MUST_CHECK bool app_begin(struct client *client, const char *operation, json_t *request,
                          char out_operation_id[static APP_CALLS_OPERATION_SIZE],
                          struct error *err);

// A RunConfiguration. `snapshot`: NULL unless `type` wants one.
json_t *app_run_configuration(const char *type, const char *snapshot, bool allows_non_restored);

// The end of an operation: an error with its words when it has failed or was cancelled.
MUST_CHECK bool app_operation_check(struct client *client, const char *name,
                                    const char *operation_id, struct error *err);

// Called while something is waited for, some times a second; false with `err` ends the waiting.
typedef bool app_tick_fn(void *userdata, const json_t *detail, struct error *err);

// Waits for a status that lasts, whatever it is. `tick` paces the loop; NULL: a pause of a few
// milliseconds.
MUST_CHECK bool app_wait(struct client *client, const char *name, app_tick_fn *tick, void *userdata,
                         json_t **out_detail, struct error *err);

// The name of the newest snapshot; "" when there is none.
MUST_CHECK bool app_newest_snapshot(struct client *client, const char *name, char *out,
                                    size_t size_bytes, struct error *err);

// A pause for the loops of commands.
void app_pause(int pause_ms);

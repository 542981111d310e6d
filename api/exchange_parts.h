// For exchange*.c only: what these files use of each other.
#pragma once

#include "api/admin/admin.h"
#include "api/admin/snapshot_reply.h"
#include "api/exchange.h"
#include "api/protocol.h"

// The header, or NULL; borrowed.
const char *exchange_header(const struct exchange *exchange, const char *name);
// X-Amz-Credential of a signed query string, or NULL; borrowed.
const char *exchange_credential(const struct exchange *exchange);
bool exchange_is_dashboard(const struct exchange *exchange);

// exchange_answer.c. Each sets the answer, in place of one that is there. exchange_set_response()
// owns `response`; bodies are copied. `error_type`: the name of the exception, or NULL.
void exchange_set_response(struct exchange *exchange, int status, const char *content_type,
                           struct MHD_Response *response);
void exchange_set_body(struct exchange *exchange, int status, const char *content_type,
                       const char *body, size_t size_bytes);
void exchange_set_json(struct exchange *exchange, int status, const char *body,
                       const char *error_type);
void exchange_set_fault(struct exchange *exchange, int status, const char *error_type,
                        const char *message);
void exchange_set_admin(struct exchange *exchange, const struct admin_reply *reply);
void exchange_set_admin_error(struct exchange *exchange, int status, const char *kind,
                              const char *message);
// What was under way has set the answer.
void exchange_answered(struct exchange *exchange);
void exchange_log_answer(const struct exchange *exchange, const char *error_type);

// exchange_check.c. False: refused, and the answer is set.
bool exchange_check_sender(struct exchange *exchange);
bool exchange_check_signature(struct exchange *exchange);

// exchange_s3.c. False: it is not a request to the S3 endpoint. The head is checked, and the body
// is received by it from then on.
bool exchange_s3_begin(struct exchange *exchange, bool is_for_jobs);
void exchange_s3_free(struct exchange *exchange);
void exchange_s3_receive(struct exchange *exchange, const char *bytes, size_t size_bytes);
bool exchange_s3_is_full(const struct exchange *exchange);
bool exchange_s3_is_refused(const struct exchange *exchange);
void exchange_s3_run(struct exchange *exchange);
// In the form of S3.
void exchange_s3_set_fault(struct exchange *exchange, int status, const char *message);

// exchange_check.c: the request as auth_check() wants it; borrows the exchange.
struct auth_request exchange_auth_request(struct exchange *exchange);

// exchange_route.c: checks the request, and begins the answer of its handler.
void exchange_route(struct exchange *exchange);

// The handlers. Each sets the answer, or begins something that sets it later.
void exchange_begin_call(struct exchange *exchange);
void exchange_answer_version_one(struct exchange *exchange, const struct protocol_call *read);
void exchange_begin_dashboard(struct exchange *exchange);
bool exchange_wants_stream(const struct exchange *exchange);
void exchange_begin_events(struct exchange *exchange, const struct app_scope *scope,
                           const char *name);
void exchange_begin_logs(struct exchange *exchange, const struct app_scope *scope,
                         const char *name);
void exchange_begin_program(struct exchange *exchange, const struct app_scope *scope,
                            const char *name);
void exchange_begin_snapshot(struct exchange *exchange, const struct snapshot_path *path);
void exchange_begin_metrics(struct exchange *exchange);

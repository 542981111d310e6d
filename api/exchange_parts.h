// For the files of exchanges: what each of them answers with, and who does what.
#pragma once

#include "api/admin/admin.h"
#include "api/exchange.h"

// The header, or NULL; borrowed.
const char *exchange_header(const struct exchange *exchange, const char *name);
const char *exchange_credential(const struct exchange *exchange);
bool exchange_is_dashboard(const struct exchange *exchange);

// Each sets the answer in place of one that is there. take_response() takes `response`; bodies are
// copied. `error_type`: the exception's name, or NULL.
void exchange_take_response(struct exchange *exchange, int status, const char *content_type,
                            struct MHD_Response *response);
void exchange_set_response(struct exchange *exchange, int status, const char *content_type,
                           const char *body, size_t size_bytes);
void exchange_set_json(struct exchange *exchange, int status, const char *body,
                       const char *error_type);
void exchange_set_fault(struct exchange *exchange, int status, const char *error_type,
                        const char *message);
void exchange_set_admin(struct exchange *exchange, const struct admin_reply *reply);
// The answer that was waited for is set.
void exchange_answered(struct exchange *exchange);
void exchange_log_answer(const struct exchange *exchange, const char *error_type);

// False: refused, and answered.
bool exchange_check_sender(struct exchange *exchange);
bool exchange_check_signature(struct exchange *exchange);

void exchange_begin_call(struct exchange *exchange);
void exchange_begin_dashboard(struct exchange *exchange);
// True: it is one of kobel's own paths, and answered or waiting.
bool exchange_begin_own(struct exchange *exchange);

// Answers that wait for something, or are sent piece by piece.
bool exchange_wants_stream(const struct exchange *exchange);
void exchange_begin_events(struct exchange *exchange, const struct app_scope *scope,
                           const char *name);
void exchange_begin_logs(struct exchange *exchange, const struct app_scope *scope,
                         const char *name);
void exchange_begin_exposition(struct exchange *exchange);

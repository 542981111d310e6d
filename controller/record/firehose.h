// Firehose delivery streams where a job would read. They only accept records: Flink would report
// the mistake late.
#pragma once

#include "base/error.h"
#include "base/json.h"

// Does the text contain the ARN of a delivery stream?
bool firehose_is_named(const char *text);
// Is an input of an SQL application, or an update of one, a delivery stream?
bool firehose_is_input(const json_t *input);

// Fails: `what` names a delivery stream to read from; the message says what to read instead.
bool firehose_refuse(enum error_kind kind, const char *what, struct error *err);

// ERROR_INVALID: a property that names a delivery stream as a source.
MUST_CHECK bool firehose_check_property(const char *group, const char *key, const char *value,
                                        struct error *err);

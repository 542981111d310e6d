#include "api/fault.h"

#include "base/json.h"
#include "base/text.h"

static const char *const names[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = "InternalFailure",
    [ERROR_INVALID] = "InvalidArgumentException",
    [ERROR_REQUEST] = "InvalidRequestException",
    [ERROR_CONFIGURATION] = "InvalidApplicationConfigurationException",
    [ERROR_UNSUPPORTED] = "UnsupportedOperationException",
    [ERROR_NOT_FOUND] = "ResourceNotFoundException",
    [ERROR_EXISTS] = "ResourceInUseException",
    [ERROR_CONFLICT] = "ResourceInUseException",
    [ERROR_STALE] = "ConcurrentModificationException",
    [ERROR_LIMIT] = "LimitExceededException",
    [ERROR_TOO_MANY] = "TooManyTagsException",
    [ERROR_UNAVAILABLE] = "InternalFailure",
    [ERROR_SYSTEM] = "InternalFailure",
};

const char *fault_name(enum error_kind kind) {
    return names[kind];
}

int fault_status(const char *error_type) {
    if (text_equal(error_type, "InternalFailure")) return 500;
    if (text_equal(error_type, "RequestEntityTooLargeException")) return 413;
    return 400;
}

char *fault_body(const char *error_type, const char *message) {
    AUTO(json_decref) json_t *body = json_new_object();

    json_put_text(body, "__type", error_type);
    if (message != NULL) {
        json_put_text(body, "Message", message);
        json_put_text(body, "message", message);
    }
    return json_print(body);
}

#include "api/protocol.h"

#include "api/version_one.h"
#include "base/json.h"
#include "base/text.h"
#include "openapi/validate.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char TARGET_PREFIX[] = "KinesisAnalytics_20180523.";
static const char PART_ENDS[] = "/, "; // of a credential
static const char ALIAS_PREFIX[] = "/api/v2/";
static const char NO_OPERATION_XML[] =
    "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be "
    "authorized</Message>\n</AccessDeniedException>\n";
static const char UNKNOWN_OPERATION_XML[] = "<UnknownOperationException/>\n";
static const char SERIALIZATION[] = "SerializationException";

// --- scope ---

static bool is_account(const char *key) {
    return strlen(key) == 12 && strspn(key, "0123456789") == 12;
}

static bool is_region(const char *region) {
    return region[0] != '\0' && strlen(region) < APP_REGION_SIZE &&
           strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(region);
}

void protocol_scope(const char *authorization, const char *credential,
                    struct app_scope *out_scope) {
    struct app_scope scope = {.account = "000000000000", .region = "us-east-1"};
    const char *at = credential;
    char key[256] = ""; // twice as long as auth.h accepts
    char date[65];
    char region[65] = "";

    if (at == NULL && authorization != NULL) {
        at = strstr(authorization, "Credential=");
        if (at != NULL) at += strlen("Credential=");
    }
    if (at != NULL) {
        bool is_whole = text_next_part(&at, PART_ENDS, key, sizeof key) == '/' &&
                        text_next_part(&at, PART_ENDS, date, sizeof date) == '/';
        if (is_account(key)) (void)text_copy(scope.account, sizeof scope.account, key);
        if (is_whole) (void)text_next_part(&at, PART_ENDS, region, sizeof region);
    }
    if (is_region(region)) (void)text_copy(scope.region, sizeof scope.region, region);
    *out_scope = scope;
}

// --- refusals ---

static bool refuse_xml(struct protocol_refusal *out, int status, const char *body) {
    *out = (struct protocol_refusal){.status = status, .body = body};
    return false;
}

static bool refuse(struct protocol_refusal *out, const char *error_type, const char *message) {
    *out = (struct protocol_refusal){.status = 400, .error_type = error_type};
    out->has_message = message != NULL;
    if (message != NULL) (void)text_copy(out->message, sizeof out->message, message);
    return false;
}

// --- reading ---

static bool is_type(const char *content_type, const char *wanted) {
    size_t length = strlen(wanted);

    return content_type != NULL && strncasecmp(content_type, wanted, length) == 0 &&
           (content_type[length] == '\0' || content_type[length] == ';' ||
            isspace((unsigned char)content_type[length]));
}

// The name of the operation that the target asks for. NULL: none.
static const char *target_name(const struct protocol_request *request) {
    if (request->target != NULL && text_starts_with(request->target, TARGET_PREFIX))
        return request->target + strlen(TARGET_PREFIX);
    return version_one_find(request->target);
}

// By the path of an alias route, or by the target.
static const char *operation_name(const struct protocol_request *request) {
    if (text_starts_with(request->path, ALIAS_PREFIX)) return request->path + strlen(ALIAS_PREFIX);
    return target_name(request);
}

static bool check_front(const struct protocol_request *request, struct protocol_refusal *refusal) {
    bool is_json = is_type(request->content_type, "application/x-amz-json-1.1") ||
                   // The service refuses it; the alias routes need it (facts/api.md 1.4).
                   is_type(request->content_type, "application/json");

    if (strcmp(request->method, "POST") != 0) return refuse_xml(refusal, 403, NO_OPERATION_XML);
    if (is_json) return true;
    if (target_name(request) == NULL) return refuse_xml(refusal, 403, NO_OPERATION_XML);
    return refuse_xml(refusal, 404, UNKNOWN_OPERATION_XML);
}

static bool parse_body(const struct protocol_request *request, bool is_known, json_t **out_body,
                       struct protocol_refusal *refusal) {
    AUTO(json_decref) json_t *body = NULL;

    if (request->body_bytes == 0)
        return refuse(refusal, is_known ? SERIALIZATION : "UnknownOperationException", NULL);
    if (!json_parse(request->body, request->body_bytes, &body, NULL))
        return refuse(refusal, SERIALIZATION, NULL);
    if (json_is_array(body))
        return refuse(refusal, SERIALIZATION, "Start of list found where not expected");
    if (!json_is_object(body)) return refuse(refusal, SERIALIZATION, NULL);
    if (!is_known) return refuse(refusal, "UnknownOperationException", NULL);
    *out_body = TAKE(body);
    return true;
}

static bool validate(const struct document_operation *operation, json_t *body, struct blob *blob,
                     json_t **out_request, struct protocol_refusal *refusal) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(sizeof refusal->message - 1);

    switch (validate_request(operation->request, body, blob, out_request, &text)) {
    case VALIDATE_OK:
        return true;
    case VALIDATE_TYPE_MISMATCH:
        return refuse(refusal, SERIALIZATION, buffer_text(&text));
    case VALIDATE_CONSTRAINT:
        break;
    }
    return refuse(refusal, "ValidationException", buffer_text(&text));
}

bool protocol_read_head(const struct document *document, const struct protocol_request *request,
                        struct protocol_call *out_call, struct protocol_refusal *out_refusal) {
    struct protocol_call call = {0};

    if (!check_front(request, out_refusal)) return false;
    const char *name = operation_name(request);
    if (name != NULL && name == version_one_find(request->target) && !version_one_is_shared(name))
        call.version_one = name;
    else if (name != NULL)
        call.row = operations_find(name);
    if (call.row != NULL) call.operation = document_find(document, name);
    protocol_scope(request->authorization, request->credential, &call.scope);
    *out_call = call;
    return true;
}

bool protocol_read_body(const struct protocol_request *request, struct protocol_call *call,
                        struct protocol_refusal *out_refusal) {
    AUTO(json_decref) json_t *body = NULL;

    bool is_known = call->operation != NULL || call->version_one != NULL;

    if (!parse_body(request, is_known, &body, out_refusal)) return false;
    if (call->version_one != NULL) {
        call->request = TAKE(body);
        return true;
    }
    if (call->operation == NULL) return false;
    return validate(call->operation, body, request->blob, &call->request, out_refusal);
}

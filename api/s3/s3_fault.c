#include "api/s3/s3_fault.h"

#include "api/s3/xml_text.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

static const struct {
    const char *code;
    int status;
    const char *message;
} faults[] = {
    {"AccessDenied", 403, "Access Denied"},
    {"AuthorizationHeaderMalformed", 400,
     "The authorization header that you provided is not valid."},
    {"BadDigest", 400,
     "The Content-MD5 or checksum value that you specified did not match what the server "
     "received."},
    {"BucketAlreadyOwnedByYou", 409,
     "The bucket that you tried to create already exists, and you own it."},
    {"BucketNotEmpty", 409, "The bucket that you tried to delete is not empty."},
    {"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size."},
    {"EntityTooSmall", 400,
     "Your proposed upload is smaller than the minimum allowed object size."},
    {"IncompleteBody", 400, "The request body terminated unexpectedly."},
    {"InsufficientStorage", 507, "The disk is full."},
    {"InternalError", 500, "An internal error occurred."},
    {"InvalidAccessKeyId", 403,
     "The AWS access key ID that you provided does not exist in our records."},
    {"InvalidArgument", 400, "Invalid argument."},
    {"InvalidBucketName", 400, "The specified bucket is not valid."},
    {"InvalidDigest", 400, "The Content-MD5 or checksum value that you specified is not valid."},
    {"InvalidPart", 400,
     "One or more of the specified parts could not be found. The part may not have been uploaded, "
     "or the specified entity tag may not match the part's entity tag."},
    {"InvalidPartOrder", 400,
     "The list of parts was not in ascending order. The parts list must be specified in order by "
     "part number."},
    {"InvalidRange", 416, "The requested range is not satisfiable"},
    {"InvalidRequest", 400, "Invalid request."},
    {"InvalidURI", 400, "The specified URI couldn't be parsed."},
    {"KeyTooLongError", 400, "Your key is too long."},
    {"MalformedXML", 400,
     "The XML that you provided was not well formed or did not validate against our published "
     "schema."},
    {"MaxMessageLengthExceeded", 400, "Your request was too large."},
    {"MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size."},
    {"MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {"MissingContentLength", 411, "You must provide the Content-Length HTTP header."},
    {"NoSuchBucket", 404, "The specified bucket does not exist"},
    {"NoSuchKey", 404, "The specified key does not exist."},
    {"NoSuchUpload", 404,
     "The specified multipart upload does not exist. The upload ID might not be valid, or the "
     "multipart upload might have been aborted or completed."},
    {"NoSuchVersion", 404,
     "The version ID specified in the request does not match an existing version."},
    {"NotImplemented", 501, "kobel's S3 endpoint does not offer this."},
    {"NotModified", 304, ""},
    {"PreconditionFailed", 412,
     "At least one of the preconditions that you specified did not hold."},
    {"RequestTimeTooSkewed", 403,
     "The difference between the request time and the server's time is too large."},
    {"SignatureDoesNotMatch", 403,
     "The request signature that we calculated does not match the signature that you provided. "
     "Check your AWS secret access key and signing method."},
    {"SlowDown", 503, "Please reduce your request rate."},
    {"XAmzContentSHA256Mismatch", 400,
     "The provided 'x-amz-content-sha256' header does not match what was computed."},
};

static size_t row_of(const char *code) {
    size_t index = 0;

    while (index < COUNT_OF(faults) && !text_equal(faults[index].code, code))
        index++;
    if (index == COUNT_OF(faults)) abort();
    return index;
}

bool s3_fault_set(struct s3_fault *fault, const char *code, const char *format, ...) {
    size_t row = row_of(code);
    va_list arguments;

    fault->code = faults[row].code;
    if (format == NULL) {
        (void)text_copy(fault->message, sizeof fault->message, faults[row].message);
        return false;
    }
    va_start(arguments, format);
    (void)text_format_list(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return false;
}

bool s3_fault_of(struct s3_fault *fault, const struct error *err) {
    static const char *const codes[ERROR_KIND_COUNT] = {
        [ERROR_INVALID] = "InvalidRequest",
        [ERROR_CONFIGURATION] = "AccessDenied",
        [ERROR_NOT_FOUND] = "NoSuchKey",
        [ERROR_EXISTS] = "PreconditionFailed",
        [ERROR_STALE] = "PreconditionFailed",
        [ERROR_CONFLICT] = "BucketNotEmpty",
        [ERROR_UNAVAILABLE] = "InsufficientStorage",
    };
    const char *code = codes[err->kind];

    return s3_fault_set(fault, code == NULL ? "InternalError" : code, "%s", err->message);
}

int s3_fault_status(const char *code) {
    return faults[row_of(code)].status;
}

char *s3_fault_body(const char *code, const char *message, const char *resource,
                    const char *request_id) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    xml_begin(&out);
    xml_open(&out, "Error");
    xml_element(&out, "Code", code);
    xml_element(&out, "Message", message);
    xml_element(&out, "Resource", resource);
    xml_element(&out, "RequestId", request_id);
    xml_close(&out, "Error");
    return buffer_take_text(&out);
}

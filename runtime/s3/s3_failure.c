#include "runtime/s3/s3_failure.h"

#include "base/text.h"
#include "runtime/s3/s3_xml.h"

#include <ctype.h>

struct s3_error {
    char code[64];
    char message[256];
    char region[64]; // of the bucket, where that is the fault
};

static bool on_element(void *userdata, const char *path, const char *text) {
    struct s3_error *found = userdata;

    if (text_equal(path, "Error/Code")) (void)text_copy(found->code, sizeof found->code, text);
    if (text_equal(path, "Error/Message"))
        (void)text_copy(found->message, sizeof found->message, text);
    if (text_equal(path, "Error/Region"))
        (void)text_copy(found->region, sizeof found->region, text);
    return true;
}

static struct s3_error read_error(const struct http_reply *reply) {
    struct s3_error found = {0};

    error_ignore(s3_xml_read(reply->body, reply->size_bytes, on_element, &found, NULL));
    if (reply->region != NULL && reply->region[0] != '\0')
        (void)text_copy(found.region, sizeof found.region, reply->region);
    return found;
}

static enum s3_fault fault_of(long status, const char *code) {
    static const struct {
        const char *code;
        enum s3_fault fault;
    } known[] = {
        {"NoSuchBucket", S3_FAULT_BUCKET},
        {"NoSuchKey", S3_FAULT_OBJECT},
        {"NoSuchUpload", S3_FAULT_OBJECT},
        {"RequestTimeout", S3_FAULT_PASSING},
        {"OperationAborted", S3_FAULT_PASSING},
        {"InternalError", S3_FAULT_PASSING},
        {"SlowDown", S3_FAULT_PASSING},
        {"PermanentRedirect", S3_FAULT_REGION},
        {"AuthorizationHeaderMalformed", S3_FAULT_REGION},
    };

    for (size_t index = 0; index < COUNT_OF(known); index++)
        if (text_equal(code, known[index].code)) return known[index].fault;
    if (status == 301 || status == 307) return S3_FAULT_REGION;
    if (status == 401 || status == 403) return S3_FAULT_ACCESS;
    if (status == 404) return S3_FAULT_OBJECT;
    return status == 408 ? S3_FAULT_PASSING : S3_FAULT_OTHER;
}

// What a server says may have anything in it.
static void make_one_line(char *text) {
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text)) *text = ' ';
}

static void put_message(struct s3_failure *failure, const char *what, long status,
                        const struct s3_error *found) {
    char *out = failure->message;

    if (failure->fault == S3_FAULT_REGION && found->region[0] != '\0')
        (void)text_format(
            out, sizeof failure->message,
            "%s: the bucket is in the Region %s: give that Region's endpoint "
            "(of AWS: https://s3.%s.amazonaws.com) with --s3-endpoint, and the Region "
            "with AWS_REGION",
            what, found->region, found->region);
    else if (found->code[0] == '\0' && status < 300)
        (void)text_format(out, sizeof failure->message,
                          "%s: the answer is not one of S3 (status %ld)", what, status);
    else if (found->code[0] == '\0')
        (void)text_format(out, sizeof failure->message, "%s: status %ld", what, status);
    else
        (void)text_format(out, sizeof failure->message, "%s: %s: %s", what, found->code,
                          found->message);
}

struct s3_failure s3_failure_of(const char *what, const struct http_reply *reply,
                                const struct error *err) {
    struct s3_failure failure = {.fault = S3_FAULT_OTHER};

    if (reply == NULL) {
        if (err->kind == ERROR_UNAVAILABLE) failure.fault = S3_FAULT_PASSING;
        if (err->kind == ERROR_SYSTEM) failure.fault = S3_FAULT_LOCAL;
        (void)text_format(failure.message, sizeof failure.message, "%s: %s", what, err->message);
        return failure;
    }
    struct s3_error found = read_error(reply);
    failure.fault = fault_of(reply->status, found.code);
    put_message(&failure, what, reply->status, &found);
    make_one_line(failure.message);
    return failure;
}

bool s3_failure_is_success(const struct http_reply *reply) {
    return reply->status >= 200 && reply->status < 300 && read_error(reply).code[0] == '\0';
}

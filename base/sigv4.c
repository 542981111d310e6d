#include "base/sigv4.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const size_t CANONICAL_MAX_BYTES = (size_t)1 << 20;
static const char HEX[] = "0123456789ABCDEF";

// --- escapes ---

static void append_byte(struct buffer *out, char byte) {
    // What does not fit makes the signature wrong, and the request is refused.
    error_ignore(buffer_append(out, &byte, 1, NULL));
}

static void append_escaped(struct buffer *out, unsigned char byte, bool keeps_slash) {
    if (isalnum(byte) || strchr("-_.~", byte) != NULL || (byte == '/' && keeps_slash)) {
        append_byte(out, (char)byte);
        return;
    }
    append_byte(out, '%');
    append_byte(out, HEX[byte >> 4]);
    append_byte(out, HEX[byte & 15]);
}

char *sigv4_escape(const char *text, bool keeps_slash) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(CANONICAL_MAX_BYTES);

    for (const char *at = text; *at != '\0'; at++)
        append_escaped(&out, (unsigned char)*at, keeps_slash);
    return buffer_take_text(&out);
}

static int hex_value(char digit) {
    const char *place = digit == '\0' ? NULL : strchr(HEX, toupper((unsigned char)digit));

    return place == NULL ? -1 : (int)(place - HEX);
}

// Unescapes a part of a query and escapes it in the canonical way.
static void append_canonical(struct buffer *out, const char *text, size_t length) {
    for (size_t at = 0; at < length; at++) {
        int high = text[at] == '%' && at + 2 < length ? hex_value(text[at + 1]) : -1;
        int low = high >= 0 ? hex_value(text[at + 2]) : -1;
        if (low >= 0) {
            append_escaped(out, (unsigned char)(high * 16 + low), false);
            at += 2;
        } else {
            append_escaped(out, text[at] == '+' ? ' ' : (unsigned char)text[at], false);
        }
    }
}

// --- the canonical request ---

// Without "." and ".." and empty segments: for all services but S3.
static char *normal_path(const char *path) {
    AUTO(memory_free) char *rest = memory_copy_text(path);
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(CANONICAL_MAX_BYTES);
    size_t length = strlen(path);
    bool ends_open = length > 0 && path[length - 1] == '/';
    char *place = rest;

    for (char *segment = strsep(&place, "/"); segment != NULL; segment = strsep(&place, "/")) {
        if (segment[0] == '\0' || text_equal(segment, ".")) continue;
        if (text_equal(segment, "..")) {
            const char *cut = strrchr(buffer_text(&out), '/');
            buffer_cut(&out, cut == NULL ? 0 : (size_t)(cut - buffer_text(&out)));
            continue;
        }
        (void)buffer_append_format(&out, "/%s", segment);
    }
    if (out.size_bytes == 0 || ends_open) append_byte(&out, '/');
    return buffer_take_text(&out);
}

static void append_path(struct buffer *out, const struct sigv4_request *request) {
    if (request->is_s3) {
        (void)buffer_append_text(out, request->path);
        return;
    }
    AUTO(memory_free) char *normal = normal_path(request->path);
    AUTO(memory_free) char *escaped = sigv4_escape(normal, true);
    (void)buffer_append_text(out, escaped);
}

static int compare_texts(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

size_t sigv4_parameter_count(const char *query) {
    size_t count = query[0] == '\0' ? 0 : 1;

    for (const char *at = query; *at != '\0'; at++)
        count += *at == '&';
    return count;
}

// Replaces '=' while sorting: no name has a lower character, so that names decide first.
static const char NAME_END = '\x01';

static void append_query(struct buffer *out, const char *query) {
    AUTO(memory_free) char *rest = memory_copy_text(query);
    char *parameters[SIGV4_PARAMETERS_MAX] = {0};
    size_t count = 0;
    char *place = rest;

    for (char *one = strsep(&place, "&"); one != NULL && count < COUNT_OF(parameters);
         one = strsep(&place, "&")) {
        struct buffer canonical = BUFFER_INIT(CANONICAL_MAX_BYTES);
        size_t name_length = strcspn(one, "=");
        if (one[0] == '\0' || text_starts_with(one, "X-Amz-Signature=")) continue;
        append_canonical(&canonical, one, name_length);
        append_byte(&canonical, NAME_END);
        if (one[name_length] == '=')
            append_canonical(&canonical, one + name_length + 1, strlen(one + name_length + 1));
        parameters[count++] = buffer_take_text(&canonical);
    }
    qsort(parameters, count, sizeof parameters[0], compare_texts);
    for (size_t index = 0; index < count; index++) {
        char *separator = strchr(parameters[index], NAME_END);
        if (separator != NULL) *separator = '=';
        if (index > 0) append_byte(out, '&');
        (void)buffer_append_text(out, parameters[index]);
        memory_free(parameters[index]);
    }
}

// Trimmed, with runs of blanks replaced by one.
static void append_header(struct buffer *out, const struct sigv4_header *header) {
    const char *at = header->value;
    bool is_first = true;

    (void)buffer_append_format(out, "%s:", header->name);
    for (;;) {
        at += strspn(at, " \t");
        size_t length = strcspn(at, " \t");
        if (length == 0) break;
        if (!is_first) append_byte(out, ' ');
        (void)buffer_append_format(out, "%.*s", (int)length, at);
        is_first = false;
        at += length;
    }
    append_byte(out, '\n');
}

static char *canonical_request(const struct sigv4_request *request) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(CANONICAL_MAX_BYTES);

    (void)buffer_append_format(&out, "%s\n", request->method);
    append_path(&out, request);
    append_byte(&out, '\n');
    append_query(&out, request->query);
    append_byte(&out, '\n');
    for (size_t index = 0; index < request->header_count; index++)
        append_header(&out, &request->headers[index]);
    append_byte(&out, '\n');
    for (size_t index = 0; index < request->header_count; index++)
        (void)buffer_append_format(&out, "%s%s", index == 0 ? "" : ";",
                                   request->headers[index].name);
    (void)buffer_append_format(&out, "\n%s", request->payload_sha256);
    return buffer_take_text(&out);
}

// --- the signature ---

static void derive_key(const struct sigv4_scope *scope, const char *secret_key,
                       unsigned char key[static 32]) {
    AUTO(memory_free) char *first = memory_format("AWS4%s", secret_key);
    const char *const parts[] = {scope->region, scope->service, "aws4_request"};

    digest_hmac_sha256(first, strlen(first), scope->date, strlen(scope->date), key);
    for (size_t index = 0; index < COUNT_OF(parts); index++) {
        unsigned char next[32];
        digest_hmac_sha256(key, 32, parts[index], strlen(parts[index]), next);
        memcpy(key, next, sizeof next);
    }
}

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_scope *scope,
                const char *time, const char *secret_key, char out[static SIGV4_SIGNATURE_SIZE]) {
    AUTO(memory_free) char *canonical = canonical_request(request);
    char digest[DIGEST_SHA256_HEX_SIZE];
    unsigned char key[32];
    unsigned char mac[32];

    digest_sha256_hex(canonical, strlen(canonical), digest);
    AUTO(memory_free)
    char *to_sign = memory_format("AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", time,
                                  scope->date, scope->region, scope->service, digest);
    derive_key(scope, secret_key, key);
    digest_hmac_sha256(key, sizeof key, to_sign, strlen(to_sign), mac);
    text_hex(out, mac, sizeof mac);
}

void sigv4_sign_chunk(const struct sigv4_scope *scope, const char *time, const char *secret_key,
                      const char *previous, const char *chunk_sha256,
                      char out[static SIGV4_SIGNATURE_SIZE]) {
    char nothing[DIGEST_SHA256_HEX_SIZE];
    unsigned char key[32];
    unsigned char mac[32];

    digest_sha256_hex("", 0, nothing);
    AUTO(memory_free)
    char *to_sign =
        memory_format("AWS4-HMAC-SHA256-PAYLOAD\n%s\n%s/%s/%s/aws4_request\n%s\n%s\n%s", time,
                      scope->date, scope->region, scope->service, previous, nothing, chunk_sha256);
    derive_key(scope, secret_key, key);
    digest_hmac_sha256(key, sizeof key, to_sign, strlen(to_sign), mac);
    text_hex(out, mac, sizeof mac);
}

// --- times ---

void sigv4_print_time(long long epoch_s, char out[static SIGV4_DATE_SIZE]) {
    time_t seconds = (time_t)epoch_s;
    struct tm utc;

    (void)gmtime_r(&seconds, &utc);
    (void)strftime(out, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &utc);
}

bool sigv4_read_time(const char *time, long long *out_epoch_s) {
    struct tm utc = {0};

    if (strlen(time) != SIGV4_DATE_SIZE - 1) return false;
    const char *end = strptime(time, "%Y%m%dT%H%M%SZ", &utc);
    if (end == NULL || *end != '\0') return false;
    *out_epoch_s = timegm(&utc);
    return true;
}

// --- requests that kobel sends ---

void sigv4_sign_outgoing(const struct sigv4_outgoing *request,
                         const struct sigv4_credentials *credentials, long long now_s,
                         char *out_headers[static SIGV4_HEADERS_MAX]) {
    AUTO(buffer_release) struct buffer names = BUFFER_INIT(256);
    bool is_s3 = text_equal(credentials->service, "s3");
    char time[SIGV4_DATE_SIZE];
    char signature[SIGV4_SIGNATURE_SIZE];
    struct sigv4_scope scope;
    struct sigv4_header headers[SIGV4_HEADERS_MAX];
    size_t count = 0;

    sigv4_print_time(now_s, time);
    (void)text_format(scope.date, sizeof scope.date, "%.8s", time);
    (void)text_copy(scope.region, sizeof scope.region, credentials->region);
    (void)text_copy(scope.service, sizeof scope.service, credentials->service);
    headers[count++] = (struct sigv4_header){"host", request->host};
    if (is_s3)
        headers[count++] = (struct sigv4_header){"x-amz-content-sha256", request->payload_sha256};
    headers[count++] = (struct sigv4_header){"x-amz-date", time};
    if (credentials->session_token[0] != '\0')
        headers[count++] =
            (struct sigv4_header){"x-amz-security-token", credentials->session_token};
    struct sigv4_request signed_request = {.method = request->method,
                                           .path = request->path,
                                           .query = request->query,
                                           .headers = headers,
                                           .header_count = count,
                                           .payload_sha256 = request->payload_sha256,
                                           .is_s3 = is_s3};
    sigv4_sign(&signed_request, &scope, time, credentials->secret_key, signature);
    for (size_t index = 0; index < count; index++)
        error_ignore(
            buffer_append_format(&names, "%s%s", index == 0 ? "" : ";", headers[index].name));
    // HTTP itself sends the host.
    for (size_t index = 1; index < count; index++)
        out_headers[index - 1] = memory_format("%s: %s", headers[index].name, headers[index].value);
    out_headers[count - 1] =
        memory_format("Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request, "
                      "SignedHeaders=%s, Signature=%s",
                      credentials->access_key, scope.date, scope.region, scope.service,
                      buffer_text(&names), signature);
    out_headers[count] = NULL;
}

void sigv4_free_headers(char *headers[static SIGV4_HEADERS_MAX]) {
    for (size_t index = 0; index < SIGV4_HEADERS_MAX && headers[index] != NULL; index++)
        memory_free(headers[index]);
}

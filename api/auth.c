#include "api/auth.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

static const char SERVICE[] = "kinesisanalytics";
static const char SERVICE_S3[] = "s3";
static const char INCOMPLETE[] = "IncompleteSignatureException";
static const char INVALID[] = "InvalidSignatureException";
static const char UNRECOGNIZED[] = "UnrecognizedClientException";
static const int64_t SKEW_S = 300;
#define HEADERS_MAX 64

// The signature of a request and what it declares, from the header or from the query.
struct claim {
    bool is_query;
    char credential[512];
    char signed_headers[2048];
    char signature[SIGV4_SIGNATURE_SIZE];
    char time[40];
    char token[2049];
    int64_t lifetime_s; // of a signature in the query
    char access_key[129];
    struct sigv4_scope scope;
};

struct verdict {
    const char **error_type;
    char *text;
};

static bool refuse(const struct verdict *verdict, const char *error_type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(const struct verdict *verdict, const char *error_type, const char *format, ...) {
    va_list arguments;

    *verdict->error_type = error_type;
    va_start(arguments, format);
    (void)text_format_list(verdict->text, AUTH_TEXT_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

bool auth_key_parse(const char *text, struct auth_key *out_key, struct error *err) {
    const char *secret = strchr(text, ':');
    const char *token = secret == NULL ? NULL : strchr(secret + 1, ':');
    struct auth_key key = {0};

    if (secret == NULL || secret == text || secret[1] == '\0' || secret + 1 == token)
        return error_set(err, ERROR_INVALID,
                         "a key is <access key>:<secret key>[:<session token>]");
    size_t secret_length = token == NULL ? strlen(secret + 1) : (size_t)(token - secret - 1);
    bool fits =
        text_format(key.access_key, sizeof key.access_key, "%.*s", (int)(secret - text), text) &&
        text_format(key.secret_key, sizeof key.secret_key, "%.*s", (int)secret_length,
                    secret + 1) &&
        text_copy(key.session_token, sizeof key.session_token, token == NULL ? "" : token + 1);
    if (!fits) return error_set(err, ERROR_INVALID, "a part of the key is too long");
    *out_key = key;
    return true;
}

// --- reading the claim ---

// False: missing, or too long for `out`.
static bool find_part(const char *list, const char *name, const char *separators, char *out,
                      size_t size_bytes) {
    size_t length;
    const char *value = text_list_value(list, name, separators, &length);

    out[0] = '\0';
    return value != NULL && text_format(out, size_bytes, "%.*s", (int)length, value);
}

static bool query_part(const char *query, const char *name, char *out, size_t size_bytes) {
    bool found = find_part(query, name, "&", out, size_bytes);

    text_unescape_url(out);
    (void)text_copy(out, size_bytes, out);
    return found;
}

static const char *header_or_empty(const struct auth_request *request, const char *name) {
    const char *value = request->header(request->userdata, name);

    return value == NULL ? "" : value;
}

static bool read_query(const struct auth_request *request, struct claim *claim,
                       const struct verdict *verdict) {
    const char *query = request->query;
    char lifetime[16];

    claim->is_query = true;
    bool is_whole =
        query_part(query, "X-Amz-Credential", claim->credential, sizeof claim->credential) &&
        query_part(query, "X-Amz-SignedHeaders", claim->signed_headers,
                   sizeof claim->signed_headers) &&
        query_part(query, "X-Amz-Signature", claim->signature, sizeof claim->signature) &&
        query_part(query, "X-Amz-Date", claim->time, sizeof claim->time);
    (void)query_part(query, "X-Amz-Security-Token", claim->token, sizeof claim->token);
    if (!query_part(query, "X-Amz-Expires", lifetime, sizeof lifetime) ||
        !text_to_int64(lifetime, &claim->lifetime_s))
        claim->lifetime_s = SKEW_S;
    return is_whole ||
           refuse(verdict, INCOMPLETE,
                  "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', "
                  "'X-Amz-Signature', 'X-Amz-SignedHeaders' and 'X-Amz-Date'. Re-examine the "
                  "query-string parameters.");
}

static bool read_header(const struct auth_request *request, struct claim *claim,
                        const struct verdict *verdict) {
    AUTO(buffer_release) struct buffer missing = BUFFER_INIT(1024);
    const char *header = header_or_empty(request, "Authorization");
    const char *date = header_or_empty(request, "X-Amz-Date");

    if (!find_part(header, "Credential", ", ", claim->credential, sizeof claim->credential))
        (void)buffer_append_text(&missing,
                                 "Authorization header requires 'Credential' parameter. ");
    if (!find_part(header, "Signature", ", ", claim->signature, sizeof claim->signature))
        (void)buffer_append_text(&missing, "Authorization header requires 'Signature' parameter. ");
    if (!find_part(header, "SignedHeaders", ", ", claim->signed_headers,
                   sizeof claim->signed_headers))
        (void)buffer_append_text(&missing,
                                 "Authorization header requires 'SignedHeaders' parameter. ");
    if (date[0] == '\0') date = header_or_empty(request, "Date");
    if (date[0] == '\0')
        (void)buffer_append_text(&missing, "Authorization header requires existence of either a "
                                           "'X-Amz-Date' or a 'Date' header. ");
    if (missing.size_bytes > 0)
        return refuse(verdict, INCOMPLETE, "%sAuthorization=%s", buffer_text(&missing), header);
    (void)text_copy(claim->time, sizeof claim->time, date);
    (void)text_copy(claim->token, sizeof claim->token,
                    header_or_empty(request, "X-Amz-Security-Token"));
    return true;
}

static bool read_claim(const struct auth_request *request, struct claim *claim,
                       const struct verdict *verdict) {
    const char *header = header_or_empty(request, "Authorization");
    bool has_query = strstr(request->query, "X-Amz-Algorithm=") != NULL ||
                     strstr(request->query, "X-Amz-Signature=") != NULL;

    if (has_query && header[0] != '\0')
        return refuse(verdict, INVALID,
                      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                      "HTTP header.");
    if (has_query) return read_query(request, claim, verdict);
    if (header[0] == '\0')
        return refuse(verdict, "MissingAuthenticationTokenException",
                      "Missing Authentication Token");
    return read_header(request, claim, verdict);
}

// "<key>/<date>/<region>/<service>/aws4_request"
static bool read_scope(const char *service, struct claim *claim, const struct verdict *verdict) {
    AUTO(memory_free) char *rest = memory_copy_text(claim->credential);
    char *place = rest;
    const char *parts[5] = {0};
    size_t count = 0;

    for (char *part = strsep(&place, "/"); part != NULL && count < COUNT_OF(parts);
         part = strsep(&place, "/"))
        parts[count++] = part;
    if (count < COUNT_OF(parts) || place != NULL || !text_equal(parts[4], "aws4_request") ||
        !text_copy(claim->access_key, sizeof claim->access_key, parts[0]) ||
        !text_copy(claim->scope.date, sizeof claim->scope.date, parts[1]) ||
        !text_copy(claim->scope.region, sizeof claim->scope.region, parts[2]) ||
        !text_copy(claim->scope.service, sizeof claim->scope.service, parts[3]))
        return refuse(verdict, INCOMPLETE,
                      "Credential must have exactly 5 slash-delimited elements, e.g. "
                      "keyid/date/region/service/term, got '%.200s'",
                      claim->credential);
    return text_equal(claim->scope.service, service) ||
           refuse(verdict, INVALID, "Credential should be scoped to correct service: '%s'. ",
                  service);
}

// --- checking it ---

static const struct auth_key *find_key(const struct auth_keys *keys, const struct claim *claim) {
    for (size_t index = 0; index < keys->count; index++)
        if (text_equal(keys->keys[index].access_key, claim->access_key) &&
            text_equal(keys->keys[index].session_token, claim->token))
            return &keys->keys[index];
    return NULL;
}

static bool check_time(const struct auth_request *request, const struct claim *claim,
                       const struct verdict *verdict) {
    int64_t lifetime_s = claim->is_query ? claim->lifetime_s : SKEW_S;
    char now[SIGV4_DATE_SIZE];
    char limit[SIGV4_DATE_SIZE];
    long long signed_s;

    sigv4_print_time(request->now_s, now);
    if (!sigv4_read_time(claim->time, &signed_s))
        return refuse(verdict, INCOMPLETE, "Date must be in ISO-8601 'basic format'. Got '%.40s'.",
                      claim->time);
    if (strncmp(claim->time, claim->scope.date, 8) != 0)
        return refuse(verdict, INVALID,
                      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                      "date from HTTP: '%s' != '%.8s'.",
                      claim->scope.date, claim->time);
    if (signed_s + lifetime_s < request->now_s) {
        sigv4_print_time(request->now_s - lifetime_s, limit);
        return refuse(verdict, INVALID,
                      "Signature expired: %s is now earlier than %s (%s - %lld min.)", claim->time,
                      limit, now, (long long)lifetime_s / 60);
    }
    if (signed_s <= request->now_s + SKEW_S) return true;
    sigv4_print_time(request->now_s + SKEW_S, limit);
    return refuse(verdict, INVALID,
                  "Signature not yet current: %s is still later than %s (%s + 5 min.)", claim->time,
                  limit, now);
}

static bool is_named(const char *signed_headers, const char *name) {
    size_t length = strlen(name);

    for (const char *at = signed_headers; *at != '\0';) {
        size_t part = strcspn(at, ";");
        if (part == length && strncasecmp(at, name, length) == 0) return true;
        at += part + (at[part] == ';');
    }
    return false;
}

struct coverage {
    const struct claim *claim;
    const struct verdict *verdict;
};

// An unsigned header could be changed on the way: X-Amz-Target decides which operation is called.
static bool check_covered(void *context, const char *name, const char *value) {
    const struct coverage *coverage = context;
    bool must_be = strcasecmp(name, "host") == 0 || strncasecmp(name, "x-amz-", 6) == 0;

    (void)value;
    return !must_be || is_named(coverage->claim->signed_headers, name) ||
           refuse(coverage->verdict, INVALID,
                  "'%.100s' must be a 'SignedHeader' in the AWS Authorization.", name);
}

static bool check_coverage(const struct auth_request *request, const struct claim *claim,
                           const struct verdict *verdict) {
    struct coverage coverage = {claim, verdict};

    return check_covered(&coverage, "Host", "") &&
           request->visit_headers(request->userdata, check_covered, &coverage);
}

// The headers that SignedHeaders names. False: one of them is missing, or they are too many.
static bool collect_headers(const struct auth_request *request, char *names,
                            struct sigv4_header *out, size_t *out_count) {
    size_t count = 0;
    char *place = names;

    for (char *name = strsep(&place, ";"); name != NULL; name = strsep(&place, ";")) {
        const char *value = request->header(request->userdata, name);
        if (value == NULL || count == HEADERS_MAX) return false;
        out[count++] = (struct sigv4_header){.name = name, .value = value};
    }
    *out_count = count;
    return true;
}

static bool is_signed(const struct auth_request *request, const struct claim *claim,
                      const struct auth_key *key) {
    AUTO(memory_free) char *names = memory_copy_text(claim->signed_headers);
    struct sigv4_header headers[HEADERS_MAX];
    struct sigv4_request signed_request = {.method = request->method,
                                           .path = request->path,
                                           .query = request->query,
                                           .headers = headers,
                                           .payload_sha256 = request->body_sha256,
                                           .is_s3 = request->is_s3};
    char expected[SIGV4_SIGNATURE_SIZE];

    if (!collect_headers(request, names, headers, &signed_request.header_count)) return false;
    sigv4_sign(&signed_request, &claim->scope, claim->time, key->secret_key, expected);
    return strlen(claim->signature) == strlen(expected) &&
           CRYPTO_memcmp(claim->signature, expected, strlen(expected)) == 0;
}

static void fill_seed(struct auth_seed *seed, const struct auth_key *key,
                      const struct claim *claim) {
    seed->key = key;
    seed->scope = claim->scope;
    (void)text_copy(seed->time, sizeof seed->time, claim->time);
    (void)text_copy(seed->signature, sizeof seed->signature, claim->signature);
}

bool auth_check(const struct auth_keys *keys, const struct auth_request *request,
                const char **out_error_type, char out_text[static AUTH_TEXT_SIZE]) {
    struct verdict verdict = {.error_type = out_error_type, .text = out_text};
    struct claim claim = {0};

    if (!read_claim(request, &claim, &verdict) ||
        !read_scope(request->is_s3 ? SERVICE_S3 : SERVICE, &claim, &verdict))
        return false;
    const struct auth_key *key = find_key(keys, &claim);
    if (key == NULL)
        return refuse(&verdict, UNRECOGNIZED,
                      "The security token included in the request is invalid.");
    if (!check_time(request, &claim, &verdict) || !check_coverage(request, &claim, &verdict))
        return false;
    if (sigv4_parameter_count(request->query) > SIGV4_PARAMETERS_MAX)
        return refuse(&verdict, INVALID, "The query has more than %d parameters.",
                      SIGV4_PARAMETERS_MAX);
    if (request->seed != NULL) fill_seed(request->seed, key, &claim);
    return is_signed(request, &claim, key) ||
           refuse(&verdict, INVALID,
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
}

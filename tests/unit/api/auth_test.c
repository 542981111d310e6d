// What a signature must cover. The requests are signed here as clients sign them.
#include "api/auth.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <strings.h>

static const struct auth_key key = {.access_key = "AKID", .secret_key = "secret"};
static const struct auth_keys keys = {.keys = &key, .count = 1};
static const int64_t NOW_S = 1764000000;

// A request with the headers that matter; `signed_names` are the names of the signed ones.
struct sent {
    const char *query;
    const char *target; // X-Amz-Target; NULL = none
    const char *signed_names;
    const char *changed_target; // after signing; NULL = not changed
    char authorization[600];
    char time[SIGV4_DATE_SIZE];
};

static const char *find_header(void *userdata, const char *name) {
    const struct sent *sent = userdata;

    if (strcasecmp(name, "authorization") == 0) return sent->authorization;
    if (strcasecmp(name, "host") == 0) return "127.0.0.1:8290";
    if (strcasecmp(name, "x-amz-date") == 0) return sent->time;
    if (strcasecmp(name, "x-amz-target") == 0)
        return sent->changed_target == NULL ? sent->target : sent->changed_target;
    return NULL;
}

static bool visit_headers(void *userdata, auth_visit_fn *visit, void *context) {
    static const char *const names[] = {"Host", "Authorization", "X-Amz-Date", "X-AMZ-Target"};

    for (size_t index = 0; index < COUNT_OF(names); index++) {
        const char *value = find_header(userdata, names[index]);
        if (value != NULL && !visit(context, names[index], value)) return false;
    }
    return true;
}

static void sign(struct sent *sent) {
    AUTO(memory_free) char *names = memory_copy_text(sent->signed_names);
    char *place = names;
    struct sigv4_header headers[8];
    struct sigv4_request request = {
        .method = "POST", .path = "/", .query = sent->query, .headers = headers};
    struct sigv4_scope scope = {.region = "us-east-1", .service = "kinesisanalytics"};
    char payload[DIGEST_SHA256_HEX_SIZE];
    char signature[SIGV4_SIGNATURE_SIZE];

    sigv4_print_time(NOW_S, sent->time);
    (void)text_format(scope.date, sizeof scope.date, "%.8s", sent->time);
    for (char *name = strsep(&place, ";"); name != NULL; name = strsep(&place, ";"))
        headers[request.header_count++] = (struct sigv4_header){name, find_header(sent, name)};
    digest_sha256_hex("{}", 2, payload);
    request.payload_sha256 = payload;
    sigv4_sign(&request, &scope, sent->time, "secret", signature);
    (void)text_format(
        sent->authorization, sizeof sent->authorization,
        "AWS4-HMAC-SHA256 Credential=AKID/%s/us-east-1/kinesisanalytics/aws4_request, "
        "SignedHeaders=%s, Signature=%s",
        scope.date, sent->signed_names, signature);
}

// "" where it is accepted, else the text of the refusal.
static const char *check(struct sent *sent) {
    static char text[AUTH_TEXT_SIZE];
    char body_sha256[DIGEST_SHA256_HEX_SIZE];
    struct auth_request request = {.method = "POST",
                                   .path = "/",
                                   .query = sent->query,
                                   .body_sha256 = body_sha256,
                                   .header = find_header,
                                   .visit_headers = visit_headers,
                                   .userdata = sent,
                                   .now_s = NOW_S};
    const char *error_type = NULL;

    digest_sha256_hex("{}", 2, body_sha256);
    text[0] = '\0';
    return auth_check(&keys, &request, &error_type, text) ? "" : text;
}

Test(auth, requires_a_signature_over_the_host_and_every_x_amz_header) {
    struct sent whole = {
        .query = "", .target = "T", .signed_names = "host;x-amz-date;x-amz-target"};
    struct sent bare = {.query = "", .signed_names = "host;x-amz-date"};
    struct sent no_target = {.query = "", .target = "T", .signed_names = "host;x-amz-date"};
    struct sent no_host = {.query = "", .signed_names = "x-amz-date"};

    sign(&whole);
    sign(&bare);
    sign(&no_target);
    sign(&no_host);
    cr_assert(eq(str, (char *)check(&whole), ""));
    cr_assert(eq(str, (char *)check(&bare), ""));
    cr_assert(eq(str, (char *)check(&no_target),
                 "'X-AMZ-Target' must be a 'SignedHeader' in the AWS Authorization."));
    cr_assert(eq(str, (char *)check(&no_host),
                 "'Host' must be a 'SignedHeader' in the AWS Authorization."));
    whole.changed_target = "U";
    cr_assert(text_starts_with(check(&whole), "The request signature we calculated"));
}

static char *query_of(int parameters, const char *last) {
    char *query = memory_copy_text("");

    for (int number = 0; number < parameters; number++) {
        char *longer = memory_format("%s%sa%d=1", query, number == 0 ? "" : "&", number);
        memory_free(query);
        query = longer;
    }
    char *whole = memory_format("%s%s", query, last);
    memory_free(query);
    return whole;
}

// Parameters beyond that number are not signed: they could be added to the request of another user.
Test(auth, refuses_more_parameters_than_are_signed) {
    AUTO(memory_free) char *most = query_of(SIGV4_PARAMETERS_MAX, "");
    AUTO(memory_free) char *added = query_of(SIGV4_PARAMETERS_MAX, "&account=123456789012");
    struct sent sent = {.query = most, .signed_names = "host;x-amz-date"};

    sign(&sent);
    cr_assert(eq(str, (char *)check(&sent), ""));
    sent.query = added;
    cr_assert(eq(str, (char *)check(&sent), "The query has more than 256 parameters."));
}

// Signature Version 4 against the published examples: the test suite of the signing process and the
// examples of the S3 manual.
#include "base/sigv4.h"

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char SUITE_SECRET[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const char S3_SECRET[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
static const char SUITE_TIME[] = "20150830T123600Z";
static const char NOTHING[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const struct sigv4_header HOST_AND_DATE[] = {{"host", "example.amazonaws.com"},
                                                    {"x-amz-date", "20150830T123600Z"}};

static char signature[SIGV4_SIGNATURE_SIZE];

static const char *sign_suite(const char *method, const char *path, const char *query,
                              const struct sigv4_header *headers, size_t count,
                              const char *payload) {
    struct sigv4_scope scope = {"20150830", "us-east-1", "service"};
    struct sigv4_request request = {method, path, query, headers, count, payload, false};

    sigv4_sign(&request, &scope, SUITE_TIME, SUITE_SECRET, signature);
    return signature;
}

static const char *sign_plain(const char *method, const char *path, const char *query) {
    return sign_suite(method, path, query, HOST_AND_DATE, 2, NOTHING);
}

Test(sigv4, signs_a_plain_get) {
    cr_assert(eq(str, (char *)sign_plain("GET", "/", ""),
                 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

Test(sigv4, signs_a_plain_post) {
    cr_assert(eq(str, (char *)sign_plain("POST", "/", ""),
                 "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

Test(sigv4, sorts_the_query) {
    cr_assert(eq(str, (char *)sign_plain("GET", "/", "Param2=value2&Param1=value1"),
                 "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
}

Test(sigv4, sorts_by_name_before_value) {
    char first[SIGV4_SIGNATURE_SIZE];

    (void)memcpy(first, sign_plain("GET", "/", "a=2&a1=1&a-=3"), sizeof first);
    cr_assert(eq(str, (char *)sign_plain("GET", "/", "a1=1&a-=3&a=2"), first));
}

Test(sigv4, escapes_what_is_not_ascii_in_a_query) {
    cr_assert(eq(str, (char *)sign_plain("GET", "/", "\u1234=bar"),
                 "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"));
    cr_assert(eq(str, (char *)sign_plain("GET", "/", "%E1%88%B4=bar"),
                 "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"));
}

Test(sigv4, leaves_unreserved_characters_alone) {
    cr_assert(
        eq(str,
           (char *)sign_plain(
               "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", ""),
           "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"));
}

Test(sigv4, normalises_paths) {
    static const char *const same[] = {"//", "/./", "/example/..", "/foo/../"};

    for (size_t index = 0; index < COUNT_OF(same); index++)
        cr_assert(eq(str, (char *)sign_plain("GET", same[index], ""),
                     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
                  "%s", same[index]);
}

Test(sigv4, trims_headers) {
    static const struct sigv4_header headers[] = {{"host", "example.amazonaws.com"},
                                                  {"my-header1", " value1"},
                                                  {"my-header2", " \"a   b   c\""},
                                                  {"x-amz-date", "20150830T123600Z"}};

    cr_assert(eq(str, (char *)sign_suite("GET", "/", "", headers, 4, NOTHING),
                 "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

Test(sigv4, signs_a_body) {
    static const struct sigv4_header headers[] = {
        {"content-type", "application/x-www-form-urlencoded"},
        {"host", "example.amazonaws.com"},
        {"x-amz-date", "20150830T123600Z"}};
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("Param1=value1", strlen("Param1=value1"), digest);
    cr_assert(eq(str, (char *)sign_suite("POST", "/", "", headers, 3, digest),
                 "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
}

Test(sigv4, signs_as_s3_does) {
    static const struct sigv4_header headers[] = {{"host", "examplebucket.s3.amazonaws.com"},
                                                  {"range", "bytes=0-9"},
                                                  {"x-amz-content-sha256", NOTHING},
                                                  {"x-amz-date", "20130524T000000Z"}};
    struct sigv4_scope scope = {"20130524", "us-east-1", "s3"};
    struct sigv4_request request = {"GET", "/test.txt", "", headers, 4, NOTHING, true};

    sigv4_sign(&request, &scope, "20130524T000000Z", S3_SECRET, signature);
    cr_assert(
        eq(str, signature, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

Test(sigv4, signs_a_query_string) {
    static const struct sigv4_header headers[] = {{"host", "examplebucket.s3.amazonaws.com"}};
    static const char query[] =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-"
        "east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
        "&X-Amz-Signature=0000&X-Amz-SignedHeaders=host";
    struct sigv4_scope scope = {"20130524", "us-east-1", "s3"};
    struct sigv4_request request = {"GET", "/test.txt", query, headers, 1, SIGV4_UNSIGNED, true};

    sigv4_sign(&request, &scope, "20130524T000000Z", S3_SECRET, signature);
    cr_assert(
        eq(str, signature, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
}

Test(sigv4, reads_and_prints_times) {
    char time[SIGV4_DATE_SIZE];
    long long epoch_s = 0;

    cr_assert(sigv4_read_time("20150830T123600Z", &epoch_s));
    cr_assert(eq(long, (long)epoch_s, 1440938160));
    sigv4_print_time(epoch_s, time);
    cr_assert(eq(str, time, "20150830T123600Z"));
    cr_assert(not(sigv4_read_time("20150830T123600", &epoch_s)));
    cr_assert(not(sigv4_read_time("2015083XT123600Z", &epoch_s)));
}

Test(sigv4, escapes_for_urls) {
    AUTO(memory_free) char *path = sigv4_escape("a b/c+d.jar", true);
    AUTO(memory_free) char *value = sigv4_escape("a/b", false);
    AUTO(memory_free) char *odd = sigv4_escape("/a-b._~9/ %#?\xC3\xA9", true);

    cr_assert(eq(str, path, "a%20b/c%2Bd.jar"));
    cr_assert(eq(str, value, "a%2Fb"));
    cr_assert(eq(str, odd, "/a-b._~9/%20%25%23%3F%C3%A9"));
}

// --- requests that kobel sends ---

static void sign_outgoing(const char *service, const char *token, char **out_headers) {
    struct sigv4_outgoing request = {"GET", "example.amazonaws.com", "/", "", NOTHING};
    struct sigv4_credentials credentials = {"AKIDEXAMPLE", SUITE_SECRET, token, "us-east-1",
                                            service};
    long long now_s = 0;

    cr_assert(sigv4_read_time(SUITE_TIME, &now_s));
    sigv4_sign_outgoing(&request, &credentials, now_s, out_headers);
}

Test(sigv4, gives_the_headers_of_a_request) {
    char *headers[SIGV4_HEADERS_MAX];

    sign_outgoing("service", "", headers);
    cr_assert(eq(str, headers[0], "x-amz-date: 20150830T123600Z"));
    cr_assert(eq(str, headers[1],
                 "Authorization: AWS4-HMAC-SHA256 "
                 "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                 "SignedHeaders=host;x-amz-date, Signature="
                 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
    cr_assert(headers[2] == NULL);
    sigv4_free_headers(headers);
}

Test(sigv4, signs_the_digest_for_s3_and_a_token) {
    char *headers[SIGV4_HEADERS_MAX];

    sign_outgoing("s3", "token", headers);
    cr_assert(strstr(headers[0], "x-amz-content-sha256: e3b0") == headers[0]);
    cr_assert(eq(str, headers[2], "x-amz-security-token: token"));
    cr_assert(strstr(headers[3], "SignedHeaders=host;x-amz-content-sha256;x-amz-date;"
                                 "x-amz-security-token, ") != NULL);
    cr_assert(headers[4] == NULL);
    sigv4_free_headers(headers);
}

// --- chunks ---

// "Example: PUT Object" of the documentation of signatures of chunked uploads.
Test(sigv4, signs_chunks_as_in_the_published_example) {
    static const char *const expected[] = {
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"};
    static const size_t sizes[] = {65536, 1024, 0};
    const struct sigv4_scope scope = {"20130524", "us-east-1", "s3"};
    char signature[SIGV4_SIGNATURE_SIZE] =
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    AUTO(memory_free) char *bytes = memory_alloc(sizes[0]);

    memset(bytes, 'a', sizes[0]);
    for (size_t index = 0; index < COUNT_OF(sizes); index++) {
        char sha256[DIGEST_SHA256_HEX_SIZE];
        char next[SIGV4_SIGNATURE_SIZE];
        digest_sha256_hex(bytes, sizes[index], sha256);
        sigv4_sign_chunk(&scope, "20130524T000000Z", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                         signature, sha256, next);
        cr_assert(eq(str, next, (char *)expected[index]));
        memcpy(signature, next, sizeof signature);
    }
}

#include "api/s3/s3_body.h"

#include "api/s3/chunk_reader.h"
#include "base/base64.h"
#include "base/checksum.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

static const char CHECKSUM_PREFIX[] = "x-amz-checksum-";
static const char *const checksum_headers[CHECKSUM_KIND_COUNT] = {
    [CHECKSUM_CRC32] = "x-amz-checksum-crc32",
    [CHECKSUM_CRC32C] = "x-amz-checksum-crc32c",
    [CHECKSUM_CRC64NVME] = "x-amz-checksum-crc64nvme",
};
static const char SHA256_HEADER[] = "x-amz-checksum-sha256";

struct s3_body {
    s3_body_sink_fn *sink;
    void *userdata;
    struct s3_fault *fault; // of the call that is under way
    struct digest *md5;
    struct digest *sha256;                        // NULL: not needed
    char expected_sha256[DIGEST_SHA256_HEX_SIZE]; // "" = none
    char expected_md5[64];                        // base64; "" = none
    bool is_chunked;
    struct chunk_reader chunks;
    struct s3_body_signatures signatures; // check NULL: not checked
    struct digest *chunk_sha256;
    char chunk_signature[80];
    int64_t expected_bytes;
    int64_t received_bytes;
    const char *checksum_header; // NULL = none
    char expected_checksum[64];  // base64; "" = not known yet
    bool is_crc;
    struct checksum crc;
};

// --- what the headers say ---

static bool check_base64(const char *text, size_t size_bytes, const char *name,
                         struct s3_fault *fault) {
    AUTO(base64_reader_free) struct base64_reader *reader = base64_reader_new();
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(64);

    if (base64_reader_add(reader, text, strlen(text), &bytes) &&
        base64_reader_finish(reader, &bytes) && bytes.size_bytes == size_bytes)
        return true;
    return s3_fault_set(fault, "InvalidDigest", "The %s that you specified is not valid.", name);
}

static void begin_checksum(struct s3_body *body, const char *header, const char *value) {
    for (int kind = 0; kind < CHECKSUM_KIND_COUNT; kind++) {
        if (strcasecmp(checksum_headers[kind], header) != 0) continue;
        body->checksum_header = checksum_headers[kind];
        body->is_crc = true;
        checksum_begin(&body->crc, (enum checksum_kind)kind);
    }
    if (strcasecmp(SHA256_HEADER, header) == 0) body->checksum_header = SHA256_HEADER;
    if (body->checksum_header != NULL)
        (void)text_copy(body->expected_checksum, sizeof body->expected_checksum, value);
}

// In a header, or announced for the end.
static void read_checksum(struct s3_body *body, const struct s3_request *request) {
    const char *trailer = s3_request_header(request, "x-amz-trailer");

    for (int kind = 0; kind < CHECKSUM_KIND_COUNT; kind++) {
        const char *value = s3_request_header(request, checksum_headers[kind]);
        if (value != NULL) begin_checksum(body, checksum_headers[kind], value);
    }
    const char *value = s3_request_header(request, SHA256_HEADER);
    if (value != NULL) begin_checksum(body, SHA256_HEADER, value);
    if (body->checksum_header == NULL && trailer != NULL) begin_checksum(body, trailer, "");
}

static bool read_encoding(struct s3_body *body, const struct s3_request *request,
                          struct s3_fault *fault) {
    const char *payload = s3_request_header(request, "x-amz-content-sha256");
    const char *encoding = s3_request_header(request, "Content-Encoding");
    const char *length = s3_request_header(request, "Content-Length");
    const char *decoded = s3_request_header(request, "x-amz-decoded-content-length");

    if (payload == NULL) payload = "";
    body->is_chunked = text_starts_with(payload, "STREAMING-") ||
                       (encoding != NULL && strstr(encoding, "aws-chunked") != NULL);
    body->expected_bytes = -1;
    const char *size = body->is_chunked ? decoded : length;
    if (size != NULL && (!text_to_int64(size, &body->expected_bytes) || body->expected_bytes < 0))
        return s3_fault_set(fault, "InvalidRequest", "'%.40s' is not a length.", size);
    if (strlen(payload) == DIGEST_SHA256_HEX_SIZE - 1)
        (void)text_copy(body->expected_sha256, sizeof body->expected_sha256, payload);
    return true;
}

static bool read_md5(struct s3_body *body, const struct s3_request *request,
                     struct s3_fault *fault) {
    const char *md5 = s3_request_header(request, "Content-MD5");

    if (md5 == NULL) return true;
    (void)text_copy(body->expected_md5, sizeof body->expected_md5, md5);
    return check_base64(md5, 16, "Content-MD5", fault);
}

bool s3_body_new(const struct s3_request *request, const struct s3_body_signatures *signatures,
                 s3_body_sink_fn *sink, void *userdata, struct s3_body **out_body,
                 struct s3_fault *fault) {
    AUTO(s3_body_free) struct s3_body *body = memory_alloc(sizeof *body);

    body->sink = sink;
    body->userdata = userdata;
    body->md5 = digest_new_md5();
    read_checksum(body, request);
    if (!read_encoding(body, request, fault) || !read_md5(body, request, fault)) return false;
    if (body->expected_sha256[0] != '\0' || text_equal(body->checksum_header, SHA256_HEADER))
        body->sha256 = digest_new_sha256();
    if (signatures != NULL && body->is_chunked) body->signatures = *signatures;
    *out_body = TAKE(body);
    return true;
}

void s3_body_free(struct s3_body *body) {
    if (body == NULL) return;
    digest_free(body->md5);
    digest_free(body->sha256);
    digest_free(body->chunk_sha256);
    memory_free(body);
}

int64_t s3_body_expected_bytes(const struct s3_body *body) {
    return body->expected_bytes;
}

// --- bytes ---

static bool add_plain(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_body *body = userdata;

    body->received_bytes += (int64_t)size_bytes;
    digest_add(body->md5, bytes, size_bytes);
    if (body->sha256 != NULL) digest_add(body->sha256, bytes, size_bytes);
    if (body->chunk_sha256 != NULL) digest_add(body->chunk_sha256, bytes, size_bytes);
    if (body->is_crc) checksum_add(&body->crc, bytes, size_bytes);
    return body->sink(body->userdata, bytes, size_bytes, body->fault);
}

// The chunk before is complete.
static bool end_chunk(struct s3_body *body) {
    char sha256[DIGEST_SHA256_HEX_SIZE];

    if (body->chunk_sha256 == NULL) return true;
    digest_finish_sha256(body->chunk_sha256, sha256);
    digest_free(TAKE(body->chunk_sha256));
    return body->signatures.check(body->signatures.userdata, sha256, body->chunk_signature) ||
           s3_fault_set(body->fault, "SignatureDoesNotMatch", NULL);
}

static bool on_chunk(void *userdata, const char *signature) {
    struct s3_body *body = userdata;

    if (body->signatures.check == NULL) return true;
    if (!end_chunk(body)) return false;
    (void)text_copy(body->chunk_signature, sizeof body->chunk_signature, signature);
    body->chunk_sha256 = digest_new_sha256();
    return true;
}

static bool on_trailer(void *userdata, const char *name, const char *value) {
    struct s3_body *body = userdata;
    bool is_expected =
        body->checksum_header != NULL && strcasecmp(name, body->checksum_header) == 0;

    if (is_expected)
        (void)text_copy(body->expected_checksum, sizeof body->expected_checksum, value);
    return true;
}

bool s3_body_add(struct s3_body *body, const char *bytes, size_t size_bytes,
                 struct s3_fault *fault) {
    struct chunk_sink sink = {
        .chunk = on_chunk, .bytes = add_plain, .trailer = on_trailer, .userdata = body};

    body->fault = fault;
    if (!body->is_chunked) return add_plain(body, bytes, size_bytes);
    fault->code = NULL;
    if (chunk_reader_add(&body->chunks, bytes, size_bytes, &sink)) return true;
    return fault->code != NULL ||
           s3_fault_set(fault, "InvalidRequest", "The body is not of the encoding aws-chunked.");
}

// --- the end ---

static unsigned digit_value(char digit) {
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

// Of the lower-case hex of a digest.
static char *base64_of_hex(const char *hex) {
    unsigned char bytes[DIGEST_SHA256_HEX_SIZE / 2];
    size_t count = strlen(hex) / 2;

    for (size_t index = 0; index < count; index++)
        bytes[index] =
            (unsigned char)(digit_value(hex[2 * index]) << 4 | digit_value(hex[2 * index + 1]));
    return base64_encode(bytes, count);
}

static bool check_length(const struct s3_body *body, struct s3_fault *fault) {
    bool is_whole = !body->is_chunked || chunk_reader_has_ended(&body->chunks);

    if (is_whole && (body->expected_bytes < 0 || body->expected_bytes == body->received_bytes))
        return true;
    return s3_fault_set(fault, "IncompleteBody",
                        "You did not provide the number of bytes specified by the HTTP headers.");
}

static bool check_checksum(struct s3_body *body, const char *sha256, json_t **out_checksums,
                           struct s3_fault *fault) {
    unsigned char bytes[CHECKSUM_MAX_BYTES];

    *out_checksums = NULL;
    if (body->checksum_header == NULL) return true;
    AUTO(memory_free)
    char *computed = body->is_crc ? base64_encode(bytes, checksum_finish(&body->crc, bytes))
                                  : base64_of_hex(sha256);
    if (!text_equal(computed, body->expected_checksum))
        return s3_fault_set(fault, "BadDigest",
                            "The %s you specified did not match the calculated "
                            "checksum.",
                            body->checksum_header + strlen(CHECKSUM_PREFIX));
    *out_checksums = json_new_object();
    json_put_text(*out_checksums, body->checksum_header, computed);
    return true;
}

bool s3_body_finish(struct s3_body *body, char out_md5[static DIGEST_MD5_HEX_SIZE],
                    json_t **out_checksums, struct s3_fault *fault) {
    char sha256[DIGEST_SHA256_HEX_SIZE] = "";

    body->fault = fault;
    if (!end_chunk(body) || !check_length(body, fault)) return false;
    digest_finish_md5(body->md5, out_md5);
    AUTO(memory_free) char *md5 = base64_of_hex(out_md5);
    if (body->expected_md5[0] != '\0' && !text_equal(md5, body->expected_md5))
        return s3_fault_set(fault, "BadDigest",
                            "The Content-MD5 you specified did not match what we received.");
    if (body->sha256 != NULL) digest_finish_sha256(body->sha256, sha256);
    if (body->expected_sha256[0] != '\0' && strcasecmp(sha256, body->expected_sha256) != 0)
        return s3_fault_set(fault, "XAmzContentSHA256Mismatch", NULL);
    return check_checksum(body, sha256, out_checksums, fault);
}

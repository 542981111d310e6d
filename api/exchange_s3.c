// Requests to the S3 endpoint: which ones they are, who may send them, and their answers.
#include "api/admin/admin.h"
#include "api/auth.h"
#include "api/exchange_parts.h"
#include "api/s3/s3_call.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char CONTENT_POLICY[] = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

// A small body of a refused request is read to its end: some clients read no answer before.
static const int64_t DRAINED_MAX_BYTES = (int64_t)1 << 20;
// Of an object, in a turn of the loop; each connection that sends one has that much memory.
enum { PIECE_BYTES = 65536 };

struct exchange_s3 {
    struct s3_call *call; // NULL: refused before
    struct auth_seed seed;
    struct s3_body_signatures signatures;
    bool ends_early; // does not wait for the rest of the body
};

// --- which requests ---

static const char *host_of(const struct exchange *exchange) {
    return exchange_header(exchange, "Host");
}

// Paths that would be a bucket's if it had such a name.
static bool is_own_path(const struct exchange *exchange) {
    return admin_is_own_path(exchange->path) || exchange_is_dashboard(exchange) ||
           text_starts_with(exchange->path, "/api/") || text_equal(exchange->path, "/");
}

static bool names_bucket(const struct exchange *exchange) {
    char bucket[256];
    char root[FILE_PATH_MAX];

    return s3_request_bucket(host_of(exchange), exchange->path, bucket, sizeof bucket) &&
           object_store_bucket(exchange->shared->options.objects, bucket, root);
}

static bool is_for_s3(const struct exchange *exchange) {
    const char *authorization = exchange_header(exchange, "Authorization");

    if (s3_request_is_signed(authorization, exchange->query)) return true;
    bool is_signed = authorization != NULL || exchange_credential(exchange) != NULL;
    bool verifies = exchange->shared->options.auth_keys.count > 0;
    return !is_signed && !verifies && !is_own_path(exchange) && names_bucket(exchange);
}

// --- who may ---

static const char *code_of(const char *error_type) {
    static const struct {
        const char *error_type;
        const char *code;
    } codes[] = {
        {"IncompleteSignatureException", "AuthorizationHeaderMalformed"},
        {"InvalidSignatureException", "SignatureDoesNotMatch"},
        {"UnrecognizedClientException", "InvalidAccessKeyId"},
    };

    for (size_t index = 0; index < COUNT_OF(codes); index++)
        if (text_equal(codes[index].error_type, error_type)) return codes[index].code;
    return "AccessDenied";
}

// Of the body: what the client declares and signs. It is compared with the body at its end.
static bool check_signature(struct exchange *exchange, const char **out_code,
                            char out_text[static AUTH_TEXT_SIZE]) {
    const struct auth_keys *keys = &exchange->shared->options.auth_keys;
    struct auth_request request = exchange_auth_request(exchange);
    const char *payload = exchange_header(exchange, "x-amz-content-sha256");
    const char *error_type;

    if (keys->count == 0) return true;
    request.is_s3 = true;
    request.seed = &exchange->s3->seed;
    request.body_sha256 = payload == NULL ? SIGV4_UNSIGNED : payload;
    if (auth_check(keys, &request, &error_type, out_text)) return true;
    *out_code = code_of(error_type);
    return false;
}

static bool check_chunk(void *userdata, const char *chunk_sha256, const char *signature) {
    struct auth_seed *seed = userdata;
    char expected[SIGV4_SIGNATURE_SIZE];

    sigv4_sign_chunk(&seed->scope, seed->time, seed->key->secret_key, seed->signature, chunk_sha256,
                     expected);
    memcpy(seed->signature, expected, sizeof expected);
    return strlen(signature) == strlen(expected) &&
           CRYPTO_memcmp(signature, expected, strlen(expected)) == 0;
}

static bool signs_chunks(const struct exchange *exchange) {
    const char *payload = exchange_header(exchange, "x-amz-content-sha256");

    return exchange->shared->options.auth_keys.count > 0 && payload != NULL &&
           text_starts_with(payload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
}

// --- the call ---

static void on_ready(void *userdata) {
    struct exchange *exchange = userdata;

    exchange->shared->on_answered(exchange->shared->userdata, exchange);
}

// libmicrohttpd would read a file in pieces of 4 kB, each in a turn of its own.
struct file_piece {
    int fd;
    int64_t from_bytes;
};

static ssize_t read_piece(void *userdata, uint64_t at, char *out, size_t size_bytes) {
    const struct file_piece *piece = userdata;
    ssize_t count = pread(piece->fd, out, size_bytes, (off_t)(piece->from_bytes + (int64_t)at));

    // The file has become shorter: the client sees that bytes are missing.
    return count > 0 ? count : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_piece(void *userdata) {
    struct file_piece *piece = userdata;

    file_close(piece->fd);
    memory_free(piece);
}

static struct MHD_Response *file_response(const struct s3_answer *answer) {
    struct file_piece *piece = memory_alloc(sizeof *piece);

    *piece = (struct file_piece){.fd = answer->fd, .from_bytes = answer->from_bytes};
    return MHD_create_response_from_callback((uint64_t)answer->size_bytes, PIECE_BYTES, read_piece,
                                             piece, free_piece);
}

static struct MHD_Response *response_of(const struct s3_answer *answer) {
    struct MHD_Response *response =
        answer->body == NULL ? file_response(answer)
                             : MHD_create_response_from_buffer((size_t)answer->size_bytes,
                                                               answer->body, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) abort();
    return response;
}

static void set_response(struct exchange *exchange, int status, struct MHD_Response *response) {
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    (void)MHD_add_response_header(response, "x-amz-request-id", exchange->request_id);
    // An object that a browser shows has the origin of the API: it may not run scripts there.
    (void)MHD_add_response_header(response, "Content-Security-Policy", CONTENT_POLICY);
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    exchange->response = response;
    exchange->status = (unsigned)status;
}

static void on_answer(void *userdata, const struct s3_answer *answer) {
    struct exchange *exchange = userdata;
    struct MHD_Response *response = response_of(answer);
    const char *name;
    json_t *value;

    json_object_foreach(answer->headers, name, value)
        (void)MHD_add_response_header(response, name, json_string_value(value));
    json_decref(answer->headers);
    set_response(exchange, answer->status, response);
    exchange_log_answer(exchange, answer->code);
    exchange_answered(exchange);
}

static const char *find_header(void *userdata, const char *name) {
    return exchange_header(userdata, name);
}

static struct s3_call *new_call(struct exchange *exchange) {
    struct auth_request request = exchange_auth_request(exchange);
    struct exchange_s3 *s3 = exchange->s3;
    struct s3_call_options options = {
        .store = exchange->shared->options.objects,
        .message = {.method = exchange->method,
                    .path = exchange->path,
                    .query = exchange->query,
                    .header = find_header,
                    .visit_headers = request.visit_headers,
                    .userdata = exchange,
                    .request_id = exchange->request_id},
        .ready = on_ready,
        .answer = on_answer,
        .userdata = exchange,
    };

    s3->signatures = (struct s3_body_signatures){.check = check_chunk, .userdata = &s3->seed};
    if (signs_chunks(exchange)) options.signatures = &s3->signatures;
    return s3_call_new(&options);
}

// The answer need not wait for a large body that is refused.
static bool is_long(const struct exchange *exchange) {
    const char *text = exchange_header(exchange, "Content-Length");
    int64_t bytes = 0;

    return exchange_header(exchange, "Transfer-Encoding") != NULL ||
           (text != NULL && (!text_to_int64(text, &bytes) || bytes > DRAINED_MAX_BYTES));
}

bool exchange_s3_begin(struct exchange *exchange, bool is_for_jobs) {
    const char *code;
    char text[AUTH_TEXT_SIZE];

    if (exchange->shared->options.objects == NULL || (!is_for_jobs && !is_for_s3(exchange)))
        return false;
    exchange->operation = "S3";
    exchange->s3 = memory_alloc(sizeof *exchange->s3);
    exchange->s3->ends_early = is_long(exchange);
    if (!exchange_check_sender(exchange)) return true;
    if (!check_signature(exchange, &code, text)) {
        struct s3_fault fault;
        (void)s3_fault_set(&fault, code, "%s", text);
        AUTO(memory_free)
        char *body = s3_fault_body(code, fault.message, exchange->path, exchange->request_id);
        exchange_set_body(exchange, s3_fault_status(code), "application/xml", body, strlen(body));
        return true;
    }
    exchange->s3->call = new_call(exchange);
    return true;
}

void exchange_s3_free(struct exchange *exchange) {
    if (exchange->s3 == NULL) return;
    s3_call_free(exchange->s3->call);
    memory_free(TAKE(exchange->s3));
}

void exchange_s3_receive(struct exchange *exchange, const char *bytes, size_t size_bytes) {
    if (exchange->s3->call != NULL) s3_call_receive(exchange->s3->call, bytes, size_bytes);
}

bool exchange_s3_is_full(const struct exchange *exchange) {
    return exchange->s3->call != NULL && s3_call_is_full(exchange->s3->call);
}

bool exchange_s3_is_refused(const struct exchange *exchange) {
    const struct exchange_s3 *s3 = exchange->s3;

    return s3 != NULL && s3->ends_early && (s3->call == NULL || s3_call_is_refused(s3->call));
}

void exchange_s3_run(struct exchange *exchange) {
    // Without a call the answer is set.
    if (exchange->s3->call != NULL) s3_call_run(exchange->s3->call);
}

void exchange_s3_set_fault(struct exchange *exchange, int status, const char *message) {
    const char *code = status == 403   ? "AccessDenied"
                       : status == 503 ? "SlowDown"
                                       : "InternalError";
    AUTO(memory_free)
    char *body =
        s3_fault_body(code, message == NULL ? "" : message, exchange->path, exchange->request_id);

    exchange_set_body(exchange, status, "application/xml", body, strlen(body));
}

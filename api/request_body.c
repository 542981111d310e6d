#include "api/request_body.h"

#include "base/text.h"

#include <string.h>

// The largest ZipFileContent (api-semantics 3.2).
static const size_t CODE_MAX_BYTES = (size_t)50 << 20;

void request_body_init(struct request_body *body, bool is_small) {
    *body = (struct request_body){.json = BUFFER_INIT(REQUEST_BODY_JSON_MAX_BYTES),
                                  .blob = BLOB_INIT(CODE_MAX_BYTES),
                                  .is_small = is_small};
}

size_t request_body_bytes(const struct request_body *body) {
    return body->json.size_bytes + body->blob.bytes.size_bytes;
}

void request_body_release(struct request_body *body) {
    buffer_release(&body->json);
    blob_release(&body->blob);
}

// --- the blob ---

// The character that an escape stands for, '\\' where it is none of base64's: "u002b" says what
// "%2b" says in an address.
static char unescape(const struct request_body *body) {
    char hex[] = {'%', body->escape[3], body->escape[4], '\0'};

    if (body->escape[0] == '/') return '/';
    if (body->escape_bytes < sizeof body->escape) return '\\';
    if (body->escape[1] != '0' || body->escape[2] != '0') return '\\';
    text_unescape_url(hex);
    return hex[1] == '\0' ? hex[0] : '\\';
}

static void take_escape(struct request_body *body, char byte) {
    body->escape[body->escape_bytes++] = byte;
    if (body->escape[0] == 'u' && body->escape_bytes < sizeof body->escape) return;
    char letter = unescape(body);
    blob_add(&body->blob, &letter, 1);
    body->place = REQUEST_BODY_BLOB;
}

// Takes what belongs to the blob, and returns how much that is.
static size_t take_blob(struct request_body *body, const char *bytes, size_t size_bytes) {
    size_t at = 0;

    if (body->place == REQUEST_BODY_BLOB_ESCAPE) {
        take_escape(body, bytes[0]);
        return 1;
    }
    while (at < size_bytes && bytes[at] != '"' && bytes[at] != '\\')
        at++;
    blob_add(&body->blob, bytes, at);
    if (at == size_bytes) return at;
    if (bytes[at] == '"') {
        blob_end(&body->blob);
        body->place = REQUEST_BODY_TEXT; // the mark, which ends with it
        return at;
    }
    body->place = REQUEST_BODY_BLOB_ESCAPE;
    body->escape_bytes = 0;
    return at + 1;
}

// What came of the text under way becomes the beginning of the blob.
static bool begin_blob(struct request_body *body, struct error *err) {
    size_t from = body->text_from;

    body->place = REQUEST_BODY_BLOB;
    blob_begin(&body->blob);
    while (from < body->json.size_bytes)
        from += take_blob(body, body->json.data + from, body->json.size_bytes - from);
    buffer_cut(&body->json, body->text_from);
    return buffer_append(&body->json, body->blob.mark, BLOB_MARK_SIZE - 1, err);
}

// --- the JSON around it ---

static bool is_name_of_code(const struct request_body *body) {
    static const char *const names[] = {"ZipFileContent", "ZipFileContentUpdate"};
    size_t length = body->text_to - body->text_from;

    for (size_t index = 0; index < COUNT_OF(names); index++)
        if (strlen(names[index]) == length &&
            memcmp(body->json.data + body->text_from, names[index], length) == 0)
            return true;
    return false;
}

static void take_outside(struct request_body *body, char byte, size_t next) {
    if (strchr(",{[", byte) != NULL) body->values++;
    if (byte == ':') body->is_code = is_name_of_code(body);
    if (strchr(": \t\r\n\"", byte) == NULL) body->is_code = false;
    if (byte != '"') return;
    body->place = REQUEST_BODY_TEXT;
    body->text_from = next;
}

static void take_text(struct request_body *body, char byte, size_t next) {
    if (body->place == REQUEST_BODY_TEXT_ESCAPE) {
        body->place = REQUEST_BODY_TEXT;
    } else if (byte == '\\') {
        body->place = REQUEST_BODY_TEXT_ESCAPE;
    } else if (byte == '"') {
        body->place = REQUEST_BODY_OUTSIDE;
        body->text_to = next - 1;
        body->is_code = false;
    }
}

static bool is_blob(const struct request_body *body) {
    return body->is_code && body->place == REQUEST_BODY_TEXT && body->blob.mark[0] == '\0' &&
           body->json.size_bytes - body->text_from >= REQUEST_BODY_SMALL_BYTES;
}

static void take_json(struct request_body *body, const char *bytes, size_t size_bytes) {
    size_t before = body->json.size_bytes - size_bytes;

    for (size_t at = 0; at < size_bytes; at++) {
        if (body->place == REQUEST_BODY_OUTSIDE)
            take_outside(body, bytes[at], before + at + 1);
        else
            take_text(body, bytes[at], before + at + 1);
    }
}

static bool take_piece(struct request_body *body, const char *bytes, size_t size_bytes,
                       struct error *err) {
    bool is_in_blob = body->place == REQUEST_BODY_BLOB || body->place == REQUEST_BODY_BLOB_ESCAPE;

    while (is_in_blob && size_bytes > 0) {
        size_t taken = take_blob(body, bytes, size_bytes);
        bytes += taken;
        size_bytes -= taken;
        is_in_blob = body->place != REQUEST_BODY_TEXT;
    }
    if (!buffer_append(&body->json, bytes, size_bytes, err)) return false;
    if (body->is_small) return true;
    take_json(body, bytes, size_bytes);
    if (body->values > REQUEST_BODY_VALUES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d values", REQUEST_BODY_VALUES_MAX);
    return !is_blob(body) || begin_blob(body, err);
}

bool request_body_take(struct request_body *body, const char *bytes, size_t size_bytes,
                       struct error *err) {
    enum { PIECE = 16384 }; // after each, the text under way may become a blob

    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t taken = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        if (!take_piece(body, bytes + at, taken, err)) return false;
    }
    return true;
}

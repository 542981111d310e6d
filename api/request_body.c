#include "api/request_body.h"

#include "base/text.h"

#include <string.h>

// The largest ZipFileContent (facts/api.md 2.2).
static const size_t CODE_MAX_BYTES = (size_t)50 << 20;
// With the beginning of the code, before it is moved to the blob.
static const size_t JSON_LIMIT_BYTES = REQUEST_BODY_JSON_MAX_BYTES + 2 * REQUEST_BODY_SMALL_BYTES;

void request_body_init(struct request_body *body, bool is_small) {
    *body = (struct request_body){.json = BUFFER_INIT(JSON_LIMIT_BYTES),
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

static bool is_control(char byte) {
    return (unsigned char)byte < ' ';
}

// The character that a complete escape stands for; '\\' where it is not one of base64. "u002b"
// means what "%2b" means in an address.
static char unescape(const char escape[static 5]) {
    char hex[] = {'%', escape[3], escape[4], '\0'};

    if (escape[0] == '/') return '/';
    if (escape[0] != 'u' || escape[1] != '0' || escape[2] != '0') return '\\';
    text_unescape_url(hex);
    return hex[1] == '\0' ? hex[0] : '\\';
}

static bool is_allowed_in_escape(const struct request_body *body, char byte) {
    return strchr(body->escape_bytes == 0 ? "\"\\/bfnrtu" : "0123456789abcdefABCDEF", byte) !=
               NULL &&
           byte != '\0';
}

// Returns how many bytes of the escape it used: 1, or 0 where `byte` does not belong to it.
static size_t read_escape(struct request_body *body, char byte) {
    if (!is_allowed_in_escape(body, byte)) {
        body->is_invalid = true;
        body->place = REQUEST_BODY_BLOB;
        return 0;
    }
    body->escape[body->escape_bytes++] = byte;
    if (body->escape[0] == 'u' && body->escape_bytes < sizeof body->escape) return 1;
    char letter = unescape(body->escape);
    blob_add(&body->blob, &letter, 1);
    body->place = REQUEST_BODY_BLOB;
    return 1;
}

// An invalid text gets an invalid mark, so that the JSON is refused, too.
static void end_blob(struct request_body *body) {
    if (body->is_invalid) (void)buffer_append_text(&body->json, "\x01");
    blob_end(&body->blob);
    body->place = REQUEST_BODY_TEXT; // the mark, which ends with the quotation mark
}

// Moves to the blob what belongs to it, and returns how many bytes that were.
static size_t read_blob(struct request_body *body, const char *bytes, size_t size_bytes) {
    size_t at = 0;

    if (body->place == REQUEST_BODY_BLOB_ESCAPE) return read_escape(body, bytes[0]);
    while (at < size_bytes && bytes[at] != '"' && bytes[at] != '\\')
        body->is_invalid = is_control(bytes[at++]) || body->is_invalid;
    blob_add(&body->blob, bytes, at);
    if (at == size_bytes) return at;
    if (bytes[at] == '"') {
        end_blob(body);
        return at;
    }
    body->place = REQUEST_BODY_BLOB_ESCAPE;
    body->escape_bytes = 0;
    return at + 1;
}

// Moves the text that has begun to the blob.
static bool begin_blob(struct request_body *body, struct error *err) {
    size_t from = body->text_from;

    body->place = REQUEST_BODY_BLOB;
    blob_begin(&body->blob);
    while (from < body->json.size_bytes)
        from += read_blob(body, body->json.data + from, body->json.size_bytes - from);
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

static void scan_outside(struct request_body *body, char byte, size_t next) {
    if (strchr(",{[", byte) != NULL) body->values++;
    if (byte == ':') body->is_code = is_name_of_code(body);
    if (strchr(": \t\r\n\"", byte) == NULL) body->is_code = false;
    if (byte != '"') return;
    body->place = REQUEST_BODY_TEXT;
    body->text_from = next;
}

static void scan_text(struct request_body *body, char byte, size_t next) {
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

// How many bytes of the JSON are code so far.
static size_t code_bytes(const struct request_body *body) {
    bool is_in_code = body->is_code && body->place != REQUEST_BODY_OUTSIDE;

    return is_in_code ? body->json.size_bytes - body->text_from : 0;
}

static void scan_json(struct request_body *body, const char *bytes, size_t size_bytes) {
    size_t before = body->json.size_bytes - size_bytes;

    for (size_t at = 0; at < size_bytes; at++) {
        if (body->place == REQUEST_BODY_OUTSIDE)
            scan_outside(body, bytes[at], before + at + 1);
        else
            scan_text(body, bytes[at], before + at + 1);
    }
}

static bool add_piece(struct request_body *body, const char *bytes, size_t size_bytes,
                      struct error *err) {
    bool is_in_blob = body->place == REQUEST_BODY_BLOB || body->place == REQUEST_BODY_BLOB_ESCAPE;

    while (is_in_blob && size_bytes > 0) {
        size_t used = read_blob(body, bytes, size_bytes);
        bytes += used;
        size_bytes -= used;
        is_in_blob = body->place != REQUEST_BODY_TEXT;
    }
    if (!buffer_append(&body->json, bytes, size_bytes, err)) return false;
    if (body->is_small) return true;
    scan_json(body, bytes, size_bytes);
    if (body->json.size_bytes - code_bytes(body) > REQUEST_BODY_JSON_MAX_BYTES ||
        body->values > REQUEST_BODY_VALUES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %zu bytes or %d values",
                         REQUEST_BODY_JSON_MAX_BYTES, REQUEST_BODY_VALUES_MAX);
    bool is_blob = code_bytes(body) >= REQUEST_BODY_SMALL_BYTES && body->blob.mark[0] == '\0';
    return !is_blob || begin_blob(body, err);
}

bool request_body_add(struct request_body *body, const char *bytes, size_t size_bytes,
                      struct error *err) {
    enum { PIECE = 16384 }; // after each, the current text may become the blob

    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t used = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        if (!add_piece(body, bytes + at, used, err)) return false;
    }
    return true;
}

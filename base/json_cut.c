#include "base/json_cut.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// Shorter ones are as quickly parsed as cut.
static const size_t LONG_BYTES = (size_t)64 << 10;
enum { NUMBER_DIGITS = 8 };

void json_cut_release(struct json_cut *cut) {
    buffer_release(&cut->rest);
    memory_free(cut->pieces);
    cut->pieces = NULL;
}

// --- apart ---

// The length of the text that begins behind its quotation mark. `*out_is_plain`: it says what it is
// byte for byte, and ends.
static size_t text_length(const char *text, size_t room, bool *out_is_plain) {
    bool is_plain = true;
    size_t at = 0;

    while (at < room && text[at] != '"') {
        unsigned char byte = (unsigned char)text[at];
        is_plain = is_plain && byte >= ' ' && byte < 0x80 && byte != '\\';
        at += byte == '\\' ? 2 : 1;
    }
    *out_is_plain = is_plain && at < room;
    return at < room ? at : room;
}

static bool is_key(const char *behind, size_t room) {
    size_t at = 0;

    while (at < room && strchr(" \t\r\n", behind[at]) != NULL && behind[at] != '\0')
        at++;
    return at < room && behind[at] == ':';
}

static void keep(struct json_cut *cut, const char *bytes, size_t size_bytes) {
    struct error full;

    if (!buffer_append(&cut->rest, bytes, size_bytes, &full)) abort(); // no more than came in
}

static void take_out(struct json_cut *cut, const char *text, size_t size_bytes) {
    cut->pieces = memory_resize(cut->pieces, (cut->count + 1) * sizeof *cut->pieces);
    cut->pieces[cut->count] = (struct json_piece){.text = text, .size_bytes = size_bytes};
    (void)buffer_append_format(&cut->rest, "%s%0*zu", cut->mark, NUMBER_DIGITS, cut->count);
    cut->count++;
}

void json_cut_apart(const char *bytes, size_t size_bytes, struct json_cut *out_cut) {
    struct json_cut cut = {.rest = BUFFER_INIT(size_bytes)};
    size_t kept = 0;
    size_t at = 0;

    // Nobody can send a text that is taken for a mark.
    digest_random_hex(cut.mark, JSON_CUT_MARK_SIZE - 1);
    while (at < size_bytes) {
        const char *quote = memchr(bytes + at, '"', size_bytes - at);
        bool is_plain;
        if (quote == NULL) break;
        at = (size_t)(quote - bytes) + 1;
        size_t length = text_length(bytes + at, size_bytes - at, &is_plain);
        size_t behind = at + length + 1;
        if (length >= LONG_BYTES && is_plain && !is_key(bytes + behind, size_bytes - behind)) {
            keep(&cut, bytes + kept, at - kept);
            take_out(&cut, bytes + at, length);
            kept = at + length;
        }
        at = behind;
    }
    keep(&cut, bytes + kept, size_bytes - kept);
    *out_cut = cut;
}

// --- together ---

static const struct json_piece *piece_of(const struct json_cut *cut, const json_t *value) {
    const char *text = json_string_value(value);
    int64_t number;

    if (json_string_length(value) != JSON_CUT_MARK_SIZE - 1 + NUMBER_DIGITS ||
        !text_starts_with(text, cut->mark) ||
        !text_to_int64(text + JSON_CUT_MARK_SIZE - 1, &number) || number < 0 ||
        (size_t)number >= cut->count)
        return NULL;
    return &cut->pieces[number];
}

static void join_array(const struct json_cut *cut, json_t *array) {
    size_t index;
    json_t *element;

    json_array_foreach(array, index, element) {
        (void)json_array_set_new(array, index, json_cut_join(cut, json_incref(element)));
    }
}

static void join_object(const struct json_cut *cut, json_t *object) {
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        (void)json_object_iter_set_new(object, at,
                                       json_cut_join(cut, json_incref(json_object_iter_value(at))));
}

json_t *json_cut_join(const struct json_cut *cut, json_t *value) {
    if (json_is_array(value)) join_array(cut, value);
    if (json_is_object(value)) join_object(cut, value);
    if (!json_is_string(value)) return value;
    const struct json_piece *piece = piece_of(cut, value);
    if (piece == NULL) return value;
    json_decref(value);
    json_t *text = json_stringn_nocheck(piece->text, piece->size_bytes);
    if (text == NULL) abort();
    return text;
}

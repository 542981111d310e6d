#include "base/base64.h"

#include "base/memory.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct base64_reader {
    EVP_ENCODE_CTX *context;
    size_t letters;
    size_t padding; // '=' at the end
    bool is_full;   // the buffer did not take everything
};

struct base64_reader *base64_reader_new(void) {
    struct base64_reader *reader = memory_alloc(sizeof *reader);

    reader->context = EVP_ENCODE_CTX_new();
    if (reader->context == NULL) abort();
    EVP_DecodeInit(reader->context);
    return reader;
}

// False: not base64. Checked here because libcrypto skips white space.
static bool count_letters(struct base64_reader *reader, const char *text, size_t size_bytes) {
    for (size_t at = 0; at < size_bytes; at++) {
        char letter = text[at];
        bool is_letter = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                         (letter >= '0' && letter <= '9') || letter == '+' || letter == '/';
        if (is_letter && reader->padding == 0)
            reader->letters++;
        else if (letter == '=' && reader->padding < 2)
            reader->padding++;
        else
            return false;
    }
    return true;
}

static void keep(struct base64_reader *reader, const unsigned char *bytes, int count,
                 struct buffer *out) {
    if (!reader->is_full) reader->is_full = !buffer_append(out, bytes, (size_t)count, NULL);
}

bool base64_reader_add(struct base64_reader *reader, const char *text, size_t size_bytes,
                       struct buffer *out) {
    enum { PIECE = 4096, KEPT_BY_LIBCRYPTO = 80 };
    unsigned char block[PIECE + KEPT_BY_LIBCRYPTO];
    int made = 0;

    if (!count_letters(reader, text, size_bytes)) return false;
    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t taken = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        if (EVP_DecodeUpdate(reader->context, block, &made, (const unsigned char *)text + at,
                             (int)taken) < 0)
            return false;
        keep(reader, block, made, out);
    }
    return true;
}

bool base64_reader_finish(struct base64_reader *reader, struct buffer *out) {
    unsigned char block[64];
    int made = 0;

    if ((reader->letters + reader->padding) % 4 != 0 ||
        EVP_DecodeFinal(reader->context, block, &made) < 0)
        return false;
    keep(reader, block, made, out);
    return true;
}

size_t base64_reader_size(const struct base64_reader *reader) {
    return reader->letters * 3 / 4;
}

void base64_reader_free(struct base64_reader *reader) {
    if (reader == NULL) return;
    EVP_ENCODE_CTX_free(reader->context);
    memory_free(reader);
}

char *base64_encode(const void *bytes, size_t size_bytes) {
    static const size_t PIECE = (size_t)3 << 20; // EVP_EncodeBlock counts in int
    char *text = memory_alloc((size_bytes + 2) / 3 * 4 + 1);
    size_t made = 0;

    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t taken = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        made += (size_t)EVP_EncodeBlock((unsigned char *)text + made,
                                        (const unsigned char *)bytes + at, (int)taken);
    }
    return text;
}

#include "runtime/host/ca_bundle.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "the CA bundle %s (--s3-ca-bundle, AWS_CA_BUNDLE)"
#define AS_PEM                                                                                     \
    "write them one after the other, each from BEGIN CERTIFICATE to END CERTIFICATE (PEM)"
#define LENGTH 4

void certificates_release(struct certificates *certificates) {
    buffer_release(&certificates->bytes);
    certificates->count = 0;
}

bool certificates_add(struct certificates *certificates, const void *der, size_t size_bytes,
                      struct error *err) {
    const unsigned char length[LENGTH] = {
        (unsigned char)(size_bytes >> 24), (unsigned char)(size_bytes >> 16),
        (unsigned char)(size_bytes >> 8), (unsigned char)size_bytes};

    if (!buffer_append(&certificates->bytes, length, sizeof length, err) ||
        !buffer_append(&certificates->bytes, der, size_bytes, err))
        return false;
    certificates->count++;
    return true;
}

static bool add_parsed(struct certificates *certificates, const X509 *parsed, struct error *err) {
    unsigned char *der = NULL;
    int size_bytes = i2d_X509(parsed, &der);

    if (size_bytes <= 0) abort(); // it was read a moment ago
    bool is_added = certificates_add(certificates, der, (size_t)size_bytes, err);
    OPENSSL_free(der);
    return is_added;
}

// True: all of `bio` was read. What lies between certificates is text for people.
static bool add_all(BIO *bio, struct certificates *certificates, int *out_count,
                    struct error *err) {
    for (*out_count = 0;; (*out_count)++) {
        X509 *parsed = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
        if (parsed == NULL) break;
        bool is_added = add_parsed(certificates, parsed, err);
        X509_free(parsed);
        if (!is_added) return false;
    }
    bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return is_end ||
           error_set(err, ERROR_INVALID, "certificate %d of it is damaged", *out_count + 1);
}

static bool read_text(const char *path, struct buffer *text, struct error *err) {
    if (file_is_directory(path)) return error_set(err, ERROR_INVALID, NAME " is a directory", path);
    if (access(path, R_OK) != 0)
        return error_set(err, ERROR_INVALID, NAME ": %s", path, strerror(errno));
    return file_read(path, text, err) || error_prefix(err, NAME, path);
}

bool ca_bundle_read(const char *path, struct certificates *out, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(CERTIFICATES_MAX_BYTES);
    int count = 0;

    if (!read_text(path, &text, err)) return false;
    BIO *bio = BIO_new_mem_buf(buffer_text(&text), (int)text.size_bytes);
    if (bio == NULL) abort();
    bool is_read = add_all(bio, out, &count, err);
    BIO_free(bio);
    if (!is_read) return error_prefix(err, NAME, path);
    return count > 0 || error_set(err, ERROR_INVALID, NAME " has no certificate: " AS_PEM, path);
}

bool ca_bundle_print(const struct certificates *certificates, struct buffer *out,
                     struct error *err) {
    const unsigned char *at = (const unsigned char *)buffer_text(&certificates->bytes);
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (bio == NULL) abort();
    for (int index = 0; index < certificates->count; index++) {
        size_t size_bytes = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        if (PEM_write_bio(bio, PEM_STRING_X509, "", at + LENGTH, (long)size_bytes) <= 0) abort();
        at += LENGTH + size_bytes;
    }
    long size_bytes = BIO_get_mem_data(bio, &text);
    bool is_put = buffer_append(out, text, (size_t)size_bytes, err);
    BIO_free(bio);
    return is_put;
}

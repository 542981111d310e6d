// The format JKS: a number, a version, entries, and a digest of them with a password.
#include "runtime/host/java_trust.h"

#include "base/text.h"
#include "runtime/host/ca_bundle.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 2, OF_CERTIFICATE = 2, SHA1_SIZE = 20 };
static const uint32_t MAGIC = 0xfeedfeed;
static const char TYPE[] = "X.509";
// The password of all JDKs, "changeit", in UTF-16, and what Java puts behind it.
static const char DIGEST_BEGIN[] = "\0c\0h\0a\0n\0g\0e\0i\0tMighty Aphrodite";
static const size_t DIGEST_BEGIN_SIZE = sizeof DIGEST_BEGIN - 1;

// --- reading ---

struct cursor {
    const unsigned char *at;
    size_t left;
};

// NULL: there is less.
static const unsigned char *take(struct cursor *cursor, size_t size_bytes) {
    const unsigned char *at = cursor->at;

    if (size_bytes > cursor->left) return NULL;
    cursor->at += size_bytes;
    cursor->left -= size_bytes;
    return at;
}

static bool take_number(struct cursor *cursor, size_t size_bytes, uint32_t *out) {
    const unsigned char *bytes = take(cursor, size_bytes);

    if (bytes == NULL) return false;
    *out = 0;
    for (size_t index = 0; index < size_bytes; index++)
        *out = *out << 8 | bytes[index];
    return true;
}

static bool skip_text(struct cursor *cursor) {
    uint32_t length;

    return take_number(cursor, 2, &length) && take(cursor, length) != NULL;
}

static bool read_entry(struct cursor *cursor, struct certificates *out) {
    uint32_t tag;
    uint32_t size_bytes;

    if (!take_number(cursor, 4, &tag) || tag != OF_CERTIFICATE || !skip_text(cursor) ||
        take(cursor, sizeof(int64_t)) == NULL || !skip_text(cursor) ||
        !take_number(cursor, 4, &size_bytes))
        return false;
    const unsigned char *der = take(cursor, size_bytes);
    return der != NULL && certificates_add(out, der, size_bytes, NULL);
}

static bool read_store(const char *path, struct certificates *out, struct error *err) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(CERTIFICATES_MAX_BYTES);
    uint32_t magic;
    uint32_t version;
    uint32_t count;

    if (!file_read(path, &bytes, err)) return false;
    struct cursor cursor = {(const unsigned char *)buffer_text(&bytes), bytes.size_bytes};
    bool is_read = take_number(&cursor, 4, &magic) && magic == MAGIC &&
                   take_number(&cursor, 4, &version) && version == VERSION &&
                   take_number(&cursor, 4, &count);
    for (uint32_t index = 0; is_read && index < count; index++)
        is_read = read_entry(&cursor, out);
    return is_read ||
           error_set(err, ERROR_INVALID,
                     "the certificates of Java, %s, are not a key store of type JKS with "
                     "certificates only",
                     path);
}

// --- writing ---

static bool put_number(struct buffer *out, uint32_t number, size_t size_bytes, struct error *err) {
    unsigned char bytes[4];

    for (size_t index = 0; index < sizeof bytes; index++)
        bytes[index] = (unsigned char)(number >> (24 - 8 * index));
    return buffer_append(out, bytes + sizeof bytes - size_bytes, size_bytes, err);
}

static bool put_text(struct buffer *out, const char *text, struct error *err) {
    return put_number(out, (uint32_t)strlen(text), 2, err) &&
           buffer_append(out, text, strlen(text), err);
}

// With the length before it.
static bool put_certificate(struct buffer *out, int number, const void *from, size_t size_bytes,
                            struct error *err) {
    static const char no_time[sizeof(int64_t)];
    char alias[32];

    (void)text_format(alias, sizeof alias, "certificate-%d", number);
    return put_number(out, OF_CERTIFICATE, 4, err) && put_text(out, alias, err) &&
           buffer_append(out, no_time, sizeof no_time, err) && put_text(out, TYPE, err) &&
           buffer_append(out, from, size_bytes, err);
}

static bool put_entries(struct buffer *out, const struct certificates *all, struct error *err) {
    struct cursor cursor = {(const unsigned char *)buffer_text(&all->bytes), all->bytes.size_bytes};
    uint32_t length;

    for (int number = 1; number <= all->count; number++) {
        const unsigned char *from = cursor.at;
        if (!take_number(&cursor, 4, &length) || take(&cursor, length) == NULL) abort();
        if (!put_certificate(out, number, from, (size_t)(cursor.at - from), err)) return false;
    }
    return true;
}

// The digest is one of what lies before it, too.
static bool put_store(struct buffer *out, const struct certificates *all, struct error *err) {
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (!buffer_append(out, DIGEST_BEGIN, DIGEST_BEGIN_SIZE, err) ||
        !put_number(out, MAGIC, 4, err) || !put_number(out, VERSION, 4, err) ||
        !put_number(out, (uint32_t)all->count, 4, err) || !put_entries(out, all, err))
        return false;
    if (EVP_Digest(buffer_text(out), out->size_bytes, digest, NULL, EVP_sha1(), NULL) != 1)
        return error_set(err, ERROR_SYSTEM, "OpenSSL has no SHA-1, which a key store needs");
    return buffer_append(out, digest, SHA1_SIZE, err);
}

static bool write_store(const char *path, const struct certificates *all, struct error *err) {
    AUTO(buffer_release) struct buffer store = BUFFER_INIT(2 * (size_t)CERTIFICATES_MAX_BYTES);

    return put_store(&store, all, err) &&
           file_write_atomically(path, buffer_text(&store) + DIGEST_BEGIN_SIZE,
                                 store.size_bytes - DIGEST_BEGIN_SIZE, 0644, err);
}

static bool write_bundle(const char *path, const struct certificates *all, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(2 * (size_t)CERTIFICATES_MAX_BYTES);

    return ca_bundle_print(all, &text, err) &&
           file_write_atomically(path, buffer_text(&text), text.size_bytes, 0644, err);
}

bool java_trust_add(struct java *java, const char *bundle, const char *directory,
                    struct error *err) {
    AUTO(certificates_release) struct certificates all = CERTIFICATES_INIT;
    char store[FILE_PATH_MAX];
    char as_pem[FILE_PATH_MAX];

    if (!ca_bundle_read(bundle, &all, err) || !read_store(java->trust_store, &all, err) ||
        !file_join(store, sizeof store, err, directory, "cacerts", NULL) ||
        !file_join(as_pem, sizeof as_pem, err, directory, "ca-bundle.pem", NULL) ||
        !file_make_directories(directory, 0755, err) || !write_store(store, &all, err) ||
        !write_bundle(as_pem, &all, err))
        return false;
    (void)text_copy(java->trust_store, sizeof java->trust_store, store);
    (void)text_copy(java->ca_bundle, sizeof java->ca_bundle, as_pem);
    return true;
}

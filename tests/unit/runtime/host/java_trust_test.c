// What Java programs trust is what their JDK trusts and the certificates of a CA bundle.
#include "runtime/host/java_trust.h"

#include "base/text.h"
#include "runtime/host/ca_bundle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATE                                                                                \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBbzCCARWgAwIBAgIUIZBGeWe8ZIv0sdpgxrRNyjBpk5AwCgYIKoZIzj0EAwIw\n"                           \
    "DDEKMAgGA1UEAwwBYTAgFw0yNjEyMDEwMTI1MjFaGA8yMTI2MTEwNzAxMjUyMVow\n"                           \
    "DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABO7lgm9ZgL2m\n"                           \
    "acTw60y+2eJ4sz/Ygp0Vb4MMNRT9lI0N2IE3E42R6+jXAtce7btjbgwPWjJ9Zp46\n"                           \
    "Sp3GLHB/LSGjUzBRMB0GA1UdDgQWBBRB/4JcQpX4erQ66oHV/pVE+3c83jAfBgNV\n"                           \
    "HSMEGDAWgBRB/4JcQpX4erQ66oHV/pVE+3c83jAPBgNVHRMBAf8EBTADAQH/MAoG\n"                           \
    "CCqGSM49BAMCA0gAMEUCIE/psFnV+irFtssD2xwUXC3lupbJyiu38mBML/Nyz1uH\n"                           \
    "AiEAo1FymLmbowdJ5JjMoMCNuiEGq0c30DhtKk0efsTwUrA=\n"                                           \
    "-----END CERTIFICATE-----\n"

static char directory[] = "/tmp/kobel-test-XXXXXX";
static char bundle[FILE_PATH_MAX];
static char store[FILE_PATH_MAX];
static struct error err;

static void put(const char *path, const void *bytes, size_t size_bytes) {
    cr_assert(file_write_atomically(path, bytes, size_bytes, 0600, &err), "%s", err.message);
}

static void set_up(void) {
    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(file_join(bundle, sizeof bundle, &err, directory, "bundle.pem", NULL));
    cr_assert(file_join(store, sizeof store, &err, directory, "empty", NULL));
    // A key store without an entry, and its digest.
    put(store, "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0digest of twenty byte", 32);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

TestSuite(java_trust, .init = set_up, .fini = tear_down);

static bool add(struct java *java, const char *text) {
    char made[FILE_PATH_MAX];

    put(bundle, text, strlen(text));
    return file_join(made, sizeof made, &err, directory, "trust", NULL) &&
           java_trust_add(java, bundle, made, &err);
}

static struct java java_of(const char *path) {
    struct java java = {0};

    (void)text_copy(java.trust_store, sizeof java.trust_store, path);
    return java;
}

static int count_of(const char *path) {
    AUTO(certificates_release) struct certificates all = CERTIFICATES_INIT;

    cr_assert(ca_bundle_read(path, &all, &err), "%s", err.message);
    return all.count;
}

Test(java_trust, has_the_certificates_of_both) {
    struct java java = java_of(store);

    cr_assert(add(&java, "a note\n" CERTIFICATE), "%s", err.message);
    cr_assert(eq(int, count_of(java.ca_bundle), 1));
    // What was made is the trust store of the next one.
    cr_assert(add(&java, CERTIFICATE "a note\n" CERTIFICATE), "%s", err.message);
    cr_assert(eq(int, count_of(java.ca_bundle), 3));
}

struct refusal {
    const char *text;
    const char *reason;
};

static const struct refusal refusals[] = {
    {"", "has no certificate: "},
    {"\x30\x82\x01\x01", "has no certificate: "},
    {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no certificate: "},
    {CERTIFICATE "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
     ": certificate 2 of it is damaged"},
    {"-----BEGIN CERTIFICATE-----\nAAAA\n", ": certificate 1 of it is damaged"},
};

Test(java_trust, a_bundle_that_is_not_one_is_refused) {
    for (size_t index = 0; index < COUNT_OF(refusals); index++) {
        struct java java = java_of(store);
        cr_assert(not(add(&java, refusals[index].text)), "%zu", index);
        cr_assert(strstr(err.message, refusals[index].reason) != NULL, "%zu: %s", index,
                  err.message);
        cr_assert(strstr(err.message, "(--s3-ca-bundle, AWS_CA_BUNDLE)") != NULL, "%s",
                  err.message);
        // It still trusts what it did.
        cr_assert(eq(str, java.trust_store, store));
        cr_assert(eq(str, java.ca_bundle, ""));
    }
}

Test(java_trust, a_store_that_ends_early_or_is_of_another_type_is_refused) {
    AUTO(buffer_release) struct buffer whole = BUFFER_INIT(100000);
    struct java java = java_of(store);

    cr_assert(add(&java, CERTIFICATE), "%s", err.message);
    cr_assert(file_read(java.trust_store, &whole, &err), "%s", err.message);
    // Without a digest it can be read.
    for (size_t size_bytes = 0; size_bytes < whole.size_bytes - 20; size_bytes++) {
        struct java other = java_of(store);
        put(store, buffer_text(&whole), size_bytes);
        cr_assert(not(add(&other, CERTIFICATE)), "%zu", size_bytes);
        cr_assert(strstr(err.message, "are not a key store of type JKS") != NULL, "%s",
                  err.message);
    }
    put(store, "\x30\x82\x01\x01", 4);
    java = java_of(store);
    cr_assert(not(add(&java, CERTIFICATE)));
}

#include "controller/record/app_config_encryption.h"

#include "base/digest.h"
#include "base/text.h"
#include "model/arn.h"
#include "model/record.h"
#include "model/runtime_environment.h"

#include <string.h>

static const char BLOCK[] = "ApplicationEncryptionConfigurationDescription";
static const char CUSTOMERS[] = "CUSTOMER_MANAGED_KEY";
static const char ALIAS[] = "alias/";
static const char KEY[] = "key/";
static const size_t KEY_ID_MAX = 256;

static bool is_customers(const json_t *config) {
    return text_equal(json_text(record_block(config, BLOCK), "KeyType"), CUSTOMERS);
}

void app_config_encryption_put(json_t *description, const char *key_type, const char *key_id) {
    const json_t *old = json_member(description, BLOCK);
    json_t *block = json_new_object();

    json_put_text(block, "KeyType", key_type);
    if (key_id == NULL) key_id = json_text(old, "KeyId");
    if (text_equal(key_type, CUSTOMERS) && key_id != NULL) json_put_text(block, "KeyId", key_id);
    json_put(description, BLOCK, block);
}

// --- keys and aliases ---

// The part of an ARN of the key service after region and account; NULL: it is no such ARN.
static const char *resource_of(const char *arn) {
    static const char *const wanted[] = {"arn", NULL, "kms", NULL, NULL}; // NULL: any
    char part[64];
    const char *at = arn;

    for (size_t index = 0; index < COUNT_OF(wanted); index++)
        if (text_next_part(&at, ":", part, sizeof part) != ':' || part[0] == '\0' ||
            (wanted[index] != NULL && !text_equal(part, wanted[index])))
            return NULL;
    return at;
}

static bool is_key_id(const char *id) {
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t length = strspn(id, characters);

    return length > 0 && id[length] == '\0' && length <= KEY_ID_MAX;
}

// The ARN of the key behind an alias, whose ARN that is. The id looks like those of keys and is
// made of a digest.
static void key_of_alias(const char *alias_arn, const char *resource, char out[static ARN_SIZE]) {
    char hex[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex(alias_arn, strlen(alias_arn), hex);
    (void)text_format(out, ARN_SIZE, "%.*s%s%.8s-%.4s-%.4s-%.4s-%.12s", (int)(resource - alias_arn),
                      alias_arn, KEY, hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool find_key(const char *key_id, const struct app_scope *scope, char out[static ARN_SIZE],
                     struct error *err) {
    char arn[ARN_SIZE];
    bool is_id = is_key_id(key_id);

    if (is_id || text_starts_with(key_id, ALIAS))
        arn_of_kms(scope, is_id ? KEY : "", key_id, arn);
    else
        (void)text_copy(arn, sizeof arn, key_id);
    const char *resource = resource_of(arn);
    bool is_alias =
        resource != NULL && text_starts_with(resource, ALIAS) && resource[strlen(ALIAS)] != '\0';
    bool is_key =
        resource != NULL && text_starts_with(resource, KEY) && is_key_id(resource + strlen(KEY));

    if (!is_alias && !is_key)
        return error_set(err, ERROR_INVALID,
                         "KeyId '%.300s' is not the id of a key, an alias (alias/...), or the ARN "
                         "of one of them.",
                         key_id);
    if (is_alias)
        key_of_alias(arn, resource, out);
    else
        (void)text_copy(out, ARN_SIZE, arn);
    return true;
}

bool app_config_encryption_resolve(json_t *config, const struct app_scope *scope,
                                   struct error *err) {
    const char *key_id = record_key_arn(config);
    char arn[ARN_SIZE];

    if (key_id[0] == '\0') return true;
    if (!find_key(key_id, scope, arn, err)) return false;
    json_put_text(record_block(config, BLOCK), "KeyId", arn);
    return true;
}

// --- rules ---

bool app_config_encryption_check(const json_t *config, struct error *err) {
    const char *name = json_text_or(config, "RuntimeEnvironment", "");
    enum runtime_environment runtime;

    if (!is_customers(config)) return true;
    if (record_key_arn(config)[0] == '\0')
        return error_set(err, ERROR_INVALID, "KeyType %s needs a KeyId.", CUSTOMERS);
    if (runtime_environment_from_name(name, &runtime) && runtime < RUNTIME_FLINK_1_20)
        return error_set(err, ERROR_INVALID,
                         "KeyType %s needs Flink 1.20 or later; the runtime environment is %s.",
                         CUSTOMERS, name);
    return true;
}

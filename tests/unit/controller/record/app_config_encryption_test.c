// Whose key encrypts an application.
#include "controller/record/app_config_encryption.h"

#include "base/text.h"
#include "model/record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct app_scope scope = {"123456789012", "eu-west-1"};

static json_t *config_of(const char *runtime, const char *key_type, const char *key_id) {
    json_t *config = json_new_object();
    json_t *description = json_new_object();

    json_put_text(config, "RuntimeEnvironment", runtime);
    app_config_encryption_put(description, key_type, key_id);
    json_put(config, "ApplicationConfigurationDescription", description);
    return config;
}

static bool resolve(const char *key_id, char *out, size_t size_bytes, struct error *err) {
    AUTO(json_decref)
    json_t *config = config_of("FLINK-1_20", "CUSTOMER_MANAGED_KEY", key_id);

    if (!app_config_encryption_resolve(config, &scope, err)) return false;
    return text_copy(out, size_bytes, record_key_arn(config));
}

// clang-format off
static const struct {
    const char *key_id;
    const char *arn; // NULL: refused
} rows[] = {
    {"1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
    {"mrk-1234abcd12ab34cd56ef1234567890ab", "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"},
    {"arn:aws-cn:kms:cn-north-1:1:key/k",    "arn:aws-cn:kms:cn-north-1:1:key/k"},
    {"alias/mine",                           "arn:aws:kms:eu-west-1:123456789012:key/f440a774-1b28-a610-3cef-d01eb4fbdfb2"},
    {"arn:aws:kms:eu-west-1:123456789012:alias/mine", "arn:aws:kms:eu-west-1:123456789012:key/f440a774-1b28-a610-3cef-d01eb4fbdfb2"},
    {"alias/",                               NULL},
    {"a/b",                                  NULL},
    {"key/k",                                NULL},
    {"arn:aws:kms:eu-west-1:1:key/",         NULL},
    {"arn:aws:kms:eu-west-1:1:grant/k",      NULL},
    {"arn:aws:kms:eu-west-1:key/k",          NULL},
    {"arn:aws:s3:eu-west-1:1:key/k",         NULL},
};
// clang-format on

Test(app_config_encryption, resolves_each_name_of_a_key_to_its_arn) {
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char arn[400] = "";
        struct error err = {0};
        bool is_resolved = resolve(rows[index].key_id, arn, sizeof arn, &err);
        cr_assert(eq(int, is_resolved, rows[index].arn != NULL), "%s", rows[index].key_id);
        if (is_resolved) cr_assert(eq(str, arn, (char *)rows[index].arn));
        if (!is_resolved) cr_assert(eq(int, err.kind, ERROR_INVALID));
    }
}

Test(app_config_encryption, an_alias_is_another_key_in_another_region_and_stays_the_same_key) {
    char here[400];
    char there[400];
    char again[400];

    cr_assert(resolve("alias/mine", here, sizeof here, NULL));
    cr_assert(resolve("arn:aws:kms:us-east-1:123456789012:alias/mine", there, sizeof there, NULL));
    cr_assert(not(text_equal(strchr(here, '/'), strchr(there, '/'))));
    cr_assert(resolve(here, again, sizeof again, NULL));
    cr_assert(eq(str, again, here));
}

Test(app_config_encryption, the_keys_of_aws_have_no_id) {
    AUTO(json_decref) json_t *config = config_of("FLINK-1_19", "AWS_OWNED_KEY", "a/b");
    struct error err;

    cr_assert(app_config_encryption_resolve(config, &scope, &err), "%s", err.message);
    cr_assert(app_config_encryption_check(config, &err), "%s", err.message);
    cr_assert(record_key_arn(config)[0] == '\0');
    cr_assert(json_member(record_block(config, "ApplicationEncryptionConfigurationDescription"),
                          "KeyId") == NULL);
}

Test(app_config_encryption, a_customers_key_needs_an_id_and_flink_1_20) {
    static const struct {
        const char *runtime;
        const char *key_id;
        bool is_allowed;
    } cases[] = {
        {"FLINK-1_19", "k", false},
        {"FLINK-1_20", NULL, false},
        {"FLINK-1_20", "k", true},
        {"FLINK-2_2", "k", true},
    };

    for (size_t index = 0; index < COUNT_OF(cases); index++) {
        AUTO(json_decref)
        json_t *config =
            config_of(cases[index].runtime, "CUSTOMER_MANAGED_KEY", cases[index].key_id);
        struct error err = {0};
        cr_assert(eq(int, app_config_encryption_check(config, &err), cases[index].is_allowed));
        if (!cases[index].is_allowed) cr_assert(eq(int, err.kind, ERROR_INVALID));
    }
}

#include "controller/record/app_config.h"

#include "base/text.h"
#include "controller/record/app_config_encryption.h"
#include "controller/record/app_config_flink.h"
#include "controller/record/app_config_sub.h"
#include "model/record.h"

#include <string.h>

// Members that a creation copies as they are, and the member of an update that replaces each
// (facts/api.md 3.3).
// clang-format off
static const struct {
    const char *create;
    const char *update; // NULL: cannot be changed
} plain_members[] = {
    {"RuntimeEnvironment",     "RuntimeEnvironmentUpdate"},
    {"ServiceExecutionRole",   "ServiceExecutionRoleUpdate"},
    {"ApplicationDescription", NULL},
};
// clang-format on

// --- blocks that are one flag or one key ---

// An empty list of groups leaves no block (facts/api.md 3.3).
static void put_properties(json_t *description, const json_t *groups) {
    (void)json_object_del(description, "EnvironmentPropertyDescriptions");
    if (json_array_size(groups) == 0) return;
    json_t *block = json_new_object();
    json_put_copy(block, "PropertyGroupDescriptions", groups);
    json_put(description, "EnvironmentPropertyDescriptions", block);
}

static void put_flag(json_t *description, const char *block_name, const char *member, bool value) {
    json_t *block = json_new_object();

    json_put_bool(block, member, value);
    json_put(description, block_name, block);
}

static void put_snapshots(json_t *description, bool is_enabled, const char *mode) {
    json_t *block = json_new_object();

    json_put_bool(block, "SnapshotsEnabled", is_enabled);
    // The default is not kept: a longer record makes every list of applications slower.
    if (!text_equal(mode, RECORD_SNAPSHOTS_LEGACY)) json_put_text(block, "SnapshotMode", mode);
    json_put(description, "ApplicationSnapshotConfigurationDescription", block);
}

// --- code ---

static void put_artifact(json_t *content, const struct code_artifact *artifact) {
    json_put_text(content, "CodeMD5", artifact->md5);
    json_put_int(content, "CodeSize", artifact->size_bytes);
}

static void copy_location(json_t *to, const json_t *from, const char *suffix) {
    static const char *const members[] = {"BucketARN", "FileKey", "ObjectVersion"};
    char name[32];

    for (size_t index = 0; index < COUNT_OF(members); index++) {
        (void)text_format(name, sizeof name, "%s%s", members[index], suffix);
        json_put_copy(to, members[index], json_member(from, name));
    }
}

static json_t *describe_code(const json_t *code, const struct code_artifact *artifact) {
    const json_t *content = json_member(code, "CodeContent");
    const json_t *location = json_member(content, "S3ContentLocation");
    json_t *description = json_new_object();
    json_t *described = json_new_object();

    json_put_copy(description, "CodeContentType", json_member(code, "CodeContentType"));
    json_put_copy(described, "TextContent", json_member(content, "TextContent"));
    if (artifact != NULL) put_artifact(described, artifact);
    if (location != NULL) {
        json_t *place = json_new_object();
        copy_location(place, location, "");
        json_put(described, "S3ApplicationCodeLocationDescription", place);
    }
    json_put(description, "CodeContentDescription", described);
    return description;
}

// New content of one kind drops the others; a new location is merged into the old, member by
// member.
static void update_code(json_t *description, const json_t *update,
                        const struct code_artifact *artifact) {
    static const char PLACE[] = "S3ApplicationCodeLocationDescription";
    const json_t *content = json_member(update, "CodeContentUpdate");
    const json_t *location = json_member(content, "S3ContentLocationUpdate");
    json_t *code = json_object_get(description, "ApplicationCodeConfigurationDescription");

    if (code == NULL) {
        code = json_new_object();
        json_put_text(code, "CodeContentType", "ZIPFILE");
        json_put(description, "ApplicationCodeConfigurationDescription", code);
    }
    json_put_copy(code, "CodeContentType", json_member(update, "CodeContentTypeUpdate"));
    if (content == NULL) return;

    const json_t *old = json_path(code, "CodeContentDescription", PLACE, NULL);
    json_t *described = json_new_object();
    json_put_copy(described, "TextContent", json_member(content, "TextContentUpdate"));
    if (artifact != NULL) put_artifact(described, artifact);
    if (location != NULL) {
        json_t *place = old == NULL ? json_new_object() : json_copy_of(old);
        // A location that names another object has its own newest version, unless it names one.
        if (json_member(location, "FileKeyUpdate") != NULL ||
            json_member(location, "BucketARNUpdate") != NULL)
            (void)json_object_del(place, "ObjectVersion");
        copy_location(place, location, "Update");
        json_put(described, PLACE, place);
    }
    json_put(code, "CodeContentDescription", described);
}

// --- the record ---

static json_t *describe(const json_t *wanted, const struct code_artifact *artifact) {
    const json_t *encryption = json_member(wanted, "ApplicationEncryptionConfiguration");
    const json_t *snapshots = json_member(wanted, "ApplicationSnapshotConfiguration");
    const json_t *code = json_member(wanted, "ApplicationCodeConfiguration");
    const json_t *vpcs = json_member(wanted, "VpcConfigurations");
    json_t *description = json_new_object();

    json_put(description, "FlinkApplicationConfigurationDescription",
             app_config_flink_create(json_member(wanted, "FlinkApplicationConfiguration")));
    put_snapshots(description, json_bool_or(snapshots, "SnapshotsEnabled", true),
                  json_text_or(snapshots, "SnapshotMode", RECORD_SNAPSHOTS_LEGACY));
    put_flag(description, "ApplicationSystemRollbackConfigurationDescription", "RollbackEnabled",
             json_bool_or(json_member(wanted, "ApplicationSystemRollbackConfiguration"),
                          "RollbackEnabled", false));
    app_config_encryption_put(description, json_text_or(encryption, "KeyType", "AWS_OWNED_KEY"),
                              json_text(encryption, "KeyId"));
    put_properties(description, json_path(wanted, "EnvironmentProperties", "PropertyGroups", NULL));
    if (code != NULL)
        json_put(description, "ApplicationCodeConfigurationDescription",
                 describe_code(code, artifact));
    if (json_array_size(vpcs) > 0)
        json_put(description, "VpcConfigurationDescriptions", app_config_describe_vpcs(vpcs, 1));
    return description;
}

json_t *app_config_create(const json_t *request, const struct code_artifact *artifact) {
    json_t *config = json_new_object();

    for (size_t index = 0; index < COUNT_OF(plain_members); index++)
        json_put_copy(config, plain_members[index].create,
                      json_member(request, plain_members[index].create));
    json_put_text(config, "ApplicationMode", "STREAMING");
    json_put(config, "ApplicationConfigurationDescription",
             describe(json_member(request, "ApplicationConfiguration"), artifact));
    json_put(config, "CloudWatchLoggingOptionDescriptions",
             app_config_describe_logging(json_member(request, "CloudWatchLoggingOptions"), 1));
    return config;
}

static void update_flags(json_t *description, const char *mode, const json_t *updates) {
    const json_t *snapshots = json_member(updates, "ApplicationSnapshotConfigurationUpdate");
    const json_t *rollback = json_member(updates, "ApplicationSystemRollbackConfigurationUpdate");
    const json_t *encryption = json_member(updates, "ApplicationEncryptionConfigurationUpdate");

    if (snapshots != NULL)
        put_snapshots(description, json_bool_or(snapshots, "SnapshotsEnabledUpdate", true),
                      json_text_or(snapshots, "SnapshotModeUpdate", mode));
    if (rollback != NULL)
        put_flag(description, "ApplicationSystemRollbackConfigurationDescription",
                 "RollbackEnabled", json_bool_or(rollback, "RollbackEnabledUpdate", false));
    if (encryption != NULL)
        app_config_encryption_put(description,
                                  json_text_or(encryption, "KeyTypeUpdate", "AWS_OWNED_KEY"),
                                  json_text(encryption, "KeyIdUpdate"));
}

static const char *snapshot_mode_of(const json_t *config) {
    return record_uses_enhanced_snapshots(config) ? RECORD_SNAPSHOTS_ENHANCED
                                                  : RECORD_SNAPSHOTS_LEGACY;
}

bool app_config_update(const json_t *config, const json_t *request,
                       const struct code_artifact *artifact, json_t **out_config,
                       struct error *err) {
    AUTO(json_decref) json_t *result = json_copy_of(config);
    const json_t *updates = json_member(request, "ApplicationConfigurationUpdate");
    const json_t *properties = json_member(updates, "EnvironmentPropertyUpdates");
    const json_t *code = json_member(updates, "ApplicationCodeConfigurationUpdate");
    json_t *description = record_description(result);

    for (size_t index = 0; index < COUNT_OF(plain_members); index++)
        if (plain_members[index].update != NULL)
            json_put_copy(result, plain_members[index].create,
                          json_member(request, plain_members[index].update));
    app_config_flink_update(record_flink(result),
                            json_member(updates, "FlinkApplicationConfigurationUpdate"));
    update_flags(description, snapshot_mode_of(config), updates);
    if (properties != NULL) put_properties(description, json_member(properties, "PropertyGroups"));
    if (code != NULL) update_code(description, code, artifact);
    if (!app_config_update_vpcs(result, json_member(updates, "VpcConfigurationUpdates"), err))
        return false;
    if (!app_config_update_logging(result, json_member(request, "CloudWatchLoggingOptionUpdates"),
                                   err))
        return false;
    *out_config = TAKE(result);
    return true;
}

#include "controller/record/app_config_sub.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/record/app_rules.h"
#include "model/record.h"

#include <string.h>

static const char LOGGING[] = "CloudWatchLoggingOptionDescriptions";
static const char LOGGING_ID[] = "CloudWatchLoggingOptionId";
static const char VPCS[] = "VpcConfigurationDescriptions";
static const char VPC_ID[] = "VpcConfigurationId";

static void put_sub_id(json_t *object, const char *member, int64_t version, size_t index) {
    char id[32];

    (void)text_format(id, sizeof id, "%lld.%zu", (long long)version, index + 1);
    json_put_text(object, member, id);
}

static bool find_by_id(const json_t *list, const char *member, const char *id, size_t *out_index) {
    size_t index;
    json_t *entry;

    json_array_foreach(list, index, entry) {
        if (!text_equal(json_text(entry, member), id)) continue;
        *out_index = index;
        return true;
    }
    return false;
}

// --- logging options ---

static json_t *describe_option(const json_t *option, int64_t version, size_t index) {
    json_t *description = json_new_object();

    put_sub_id(description, LOGGING_ID, version, index);
    json_put_copy(description, "LogStreamARN", json_member(option, "LogStreamARN"));
    return description;
}

json_t *app_config_describe_logging(const json_t *options, int64_t version) {
    json_t *descriptions = json_new_array();
    size_t index;
    json_t *option;

    json_array_foreach(options, index, option)
        json_add(descriptions, describe_option(option, version, index));
    return descriptions;
}

bool app_config_update_logging(json_t *config, const json_t *updates, struct error *err) {
    json_t *descriptions = json_object_get(config, LOGGING);
    size_t index;
    size_t place;
    json_t *update;

    json_array_foreach(updates, index, update) {
        const char *id = json_text_or(update, LOGGING_ID, "");
        if (!find_by_id(descriptions, LOGGING_ID, id, &place))
            return error_set(err, ERROR_INVALID,
                             "CloudWatch logging option with id '%s' does not exist.", id);
        json_put_copy(json_array_get(descriptions, place), "LogStreamARN",
                      json_member(update, "LogStreamARNUpdate"));
    }
    return true;
}

bool app_config_add_logging(json_t *config, const json_t *option, int64_t version,
                            struct error *err) {
    json_t *descriptions = json_object_get(config, LOGGING);

    if (!app_rules_check_log_stream(json_text_or(option, "LogStreamARN", ""), err)) return false;
    if (json_array_size(descriptions) > 0)
        return error_set(err, ERROR_INVALID,
                         "Kinesis Analytics currently supports only 1 logging option.");
    json_add(descriptions, describe_option(option, version, 0));
    return true;
}

bool app_config_remove_logging(json_t *config, const char *id, struct error *err) {
    json_t *descriptions = json_object_get(config, LOGGING);
    size_t place;

    if (!find_by_id(descriptions, LOGGING_ID, id, &place))
        return error_set(err, ERROR_NOT_FOUND,
                         "CloudWatch logging option with id '%s' does not exist.", id);
    (void)json_array_remove(descriptions, place);
    return true;
}

// --- VPC configurations ---

// The service derives the VPC from the subnets; here it is a stable name made of them.
static void put_vpc_id(json_t *description) {
    AUTO(memory_free) char *subnets = json_print(json_member(description, "SubnetIds"));
    char digest[DIGEST_SHA256_HEX_SIZE];
    char vpc_id[32];

    digest_sha256_hex(subnets, strlen(subnets), digest);
    (void)text_format(vpc_id, sizeof vpc_id, "vpc-%.17s", digest);
    json_put_text(description, "VpcId", vpc_id);
}

static json_t *describe_vpc(const json_t *vpc, int64_t version, size_t index) {
    json_t *description = json_new_object();

    put_sub_id(description, VPC_ID, version, index);
    json_put_copy(description, "SubnetIds", json_member(vpc, "SubnetIds"));
    json_put_copy(description, "SecurityGroupIds", json_member(vpc, "SecurityGroupIds"));
    put_vpc_id(description);
    return description;
}

json_t *app_config_describe_vpcs(const json_t *vpcs, int64_t version) {
    json_t *descriptions = json_new_array();
    size_t index;
    json_t *vpc;

    json_array_foreach(vpcs, index, vpc)
        json_add(descriptions, describe_vpc(vpc, version, index));
    return descriptions;
}

bool app_config_update_vpcs(json_t *config, const json_t *updates, struct error *err) {
    size_t index;
    size_t place;
    json_t *update;

    json_array_foreach(updates, index, update) {
        const char *id = json_text_or(update, VPC_ID, "");
        if (!find_by_id(record_vpcs(config), VPC_ID, id, &place))
            return error_set(err, ERROR_INVALID, "VPC configuration with id '%s' does not exist.",
                             id);
        json_t *vpc = json_array_get(record_vpcs(config), place);
        json_put_copy(vpc, "SubnetIds", json_member(update, "SubnetIdUpdates"));
        json_put_copy(vpc, "SecurityGroupIds", json_member(update, "SecurityGroupIdUpdates"));
        put_vpc_id(vpc);
    }
    return true;
}

bool app_config_add_vpc(json_t *config, const json_t *vpc, int64_t version, struct error *err) {
    if (json_array_size(record_vpcs(config)) > 0)
        return error_set(err, ERROR_INVALID,
                         "Kinesis Analytics currently supports only 1 VPC configuration(s)");
    json_t *descriptions = json_new_array();
    json_add(descriptions, describe_vpc(vpc, version, 0));
    json_put(record_description(config), VPCS, descriptions);
    return true;
}

// Without any configuration the whole member is absent (facts/api.md 5.13).
bool app_config_remove_vpc(json_t *config, const char *id, struct error *err) {
    size_t place;

    if (!find_by_id(record_vpcs(config), VPC_ID, id, &place))
        return error_set(err, ERROR_NOT_FOUND, "VPC configuration with id '%s' does not exist.",
                         id);
    (void)json_array_remove(record_vpcs(config), place);
    if (json_array_size(record_vpcs(config)) == 0)
        (void)json_object_del(record_description(config), VPCS);
    return true;
}

#include "runtime/local/job_environment.h"

#include "base/text.h"

#include <string.h>

// Jobs get the Region of their application, keys instead of the profile that has them, and a CA
// bundle that they can read.
static const char *const not_passed[] = {
    "AWS_REGION",      "AWS_DEFAULT_REGION",          "AWS_PROFILE",  "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"};
static const char *const keys[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                   "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"};
// An SDK would ask these after the keys.
static const char *const other_sources[] = {"AWS_WEB_IDENTITY_TOKEN_FILE",
                                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                            "AWS_CONTAINER_CREDENTIALS_FULL_URI"};

// The value, where `variable` has that name; else NULL.
static const char *value_of(const char *variable, const char *name) {
    size_t length = strlen(name);

    return text_starts_with(variable, name) && variable[length] == '=' ? variable + length + 1
                                                                       : NULL;
}

static bool is_one_of(const char *variable, const char *const *names, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (value_of(variable, names[index]) != NULL) return true;
    return false;
}

static const char *find(const char *const *variables, const char *name) {
    for (; variables != NULL && *variables != NULL; variables++)
        if (value_of(*variables, name) != NULL) return value_of(*variables, name);
    return "";
}

static void add_keys(const struct aws_keys *profile, struct argument_list *out) {
    bool has_keys = profile->access_key[0] != '\0';

    argument_list_add_format(out, "AWS_ACCESS_KEY_ID=%s", has_keys ? profile->access_key : "test");
    argument_list_add_format(out, "AWS_SECRET_ACCESS_KEY=%s",
                             has_keys ? profile->secret_key : "test");
    if (profile->session_token[0] != '\0')
        argument_list_add_format(out, "AWS_SESSION_TOKEN=%s", profile->session_token);
}

static bool has_source(const struct argument_list *list) {
    const char *const *items = list->count == 0 ? NULL : (const char *const *)list->items;

    for (size_t index = 0; index < list->count; index++)
        if (value_of(items[index], keys[0]) != NULL ||
            is_one_of(items[index], other_sources, COUNT_OF(other_sources)))
            return true;
    return false;
}

void job_environment_collect(const char *lines, const char *const *variables,
                             const struct aws_keys *profile, struct argument_list *out) {
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        if (length > 0) argument_list_add_format(out, "%.*s", (int)length, lines);
        lines += length;
        lines += *lines == '\n';
    }
    // A session token of the daemon does not belong to a key of --job-env.
    bool is_given = has_source(out);
    for (; *variables != NULL; variables++)
        if (text_starts_with(*variables, "AWS_") &&
            !is_one_of(*variables, not_passed, COUNT_OF(not_passed)) &&
            !(is_given && is_one_of(*variables, keys, COUNT_OF(keys))))
            argument_list_add(out, *variables);
    if (!has_source(out)) add_keys(profile, out);
}

static void add(struct argument_list *out, const char *name, const char *value) {
    if (value[0] != '\0') argument_list_add_format(out, "%s=%s", name, value);
}

void job_environment_add(const char *const *common, const struct job_surroundings *surroundings,
                         struct argument_list *out) {
    argument_list_add_copy(out, common);
    add(out, "AWS_REGION", surroundings->region);
    add(out, "AWS_DEFAULT_REGION", surroundings->region);
    add(out, "AWS_CA_BUNDLE", surroundings->ca_bundle);
    // One endpoint for all services is meant for S3 as well.
    if (find(common, "AWS_ENDPOINT_URL")[0] == '\0')
        add(out, "AWS_ENDPOINT_URL_S3", surroundings->s3_endpoint);
}

struct job_surroundings job_environment_of(const char *const *common,
                                           const struct job_surroundings *surroundings) {
    const char *region = find(common, "AWS_REGION");
    const char *of_s3 = find(common, "AWS_ENDPOINT_URL_S3");
    const char *of_all = find(common, "AWS_ENDPOINT_URL");
    const char *endpoint = of_s3[0] != '\0' ? of_s3 : of_all;

    if (region[0] == '\0') region = find(common, "AWS_DEFAULT_REGION");
    return (struct job_surroundings){.region = region[0] != '\0' ? region : surroundings->region,
                                     .s3_endpoint =
                                         endpoint[0] != '\0' ? endpoint : surroundings->s3_endpoint,
                                     .ca_bundle = surroundings->ca_bundle};
}

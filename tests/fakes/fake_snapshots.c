#include "fakes/fake_snapshots.h"

#include "base/json.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static json_t *parse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static json_t *parse(const char *format, ...) {
    char text[1000];
    json_t *value = NULL;
    struct error err;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

bool fake_snapshots_import(struct fake_world *world, const char *name, struct snapshot_answer *out,
                           struct error *err) {
    AUTO(json_decref)
    json_t *request = parse("{\"SnapshotName\":\"%s\",\"ImportSourceConfiguration\":{"
                            "\"SourceType\":\"S3\",\"ImportRoleArn\":\"arn:aws:iam::1:role/r\","
                            "\"SourceS3PrefixLocation\":{\"BucketARN\":\"arn:aws:s3:::b\","
                            "\"KeyPrefix\":\"exports/x\"}}}",
                            name);

    return app_service_snapshot_import(world->service, &world->scope, request, out, err);
}

bool fake_snapshots_export(struct fake_world *world, const char *name, struct snapshot_answer *out,
                           struct error *err) {
    AUTO(json_decref)
    json_t *request =
        parse("{\"SnapshotName\":\"%s\",\"ExportDestinationConfiguration\":{"
              "\"DestinationType\":\"S3\",\"ExportRoleArn\":\"arn:aws:iam::1:role/r\","
              "\"DestinationS3PrefixLocation\":{\"BucketARN\":\"arn:aws:s3:::b\","
              "\"KeyPrefix\":\"exports/\"}}}",
              name);

    return app_service_snapshot_export(world->service, &world->scope, request, out, err);
}

bool fake_snapshots_start(struct fake_world *world, const char *application,
                          const char *snapshot_name, struct error *err) {
    AUTO(json_decref)
    json_t *run = parse("{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":"
                        "\"RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotArn\":"
                        "\"arn:aws:kinesisanalytics:us-east-1:000000000000:snapshot/%s\"}}",
                        snapshot_name);
    char operation_id[APP_OPERATION_ID_SIZE];

    return app_service_start(world->service, &world->scope, application, run, operation_id, err);
}

struct enhanced_snapshot fake_snapshots_find(struct fake_world *world, const char *name) {
    struct enhanced_snapshot snapshot;
    struct error err;

    if (!app_service_snapshot_describe(world->service, &world->scope, name, &snapshot, &err))
        return (struct enhanced_snapshot){.status = SNAPSHOT_STATUS_COUNT};
    return snapshot;
}

struct snapshot_operation fake_snapshots_newest_operation(struct fake_world *world,
                                                          const char *name) {
    struct snapshot_operation_filter all = {.before_sequence = INT64_MAX};
    struct snapshot_operation operation = {0};
    struct error err;
    size_t count;

    cr_assert(app_service_snapshot_list_operations(world->service, &world->scope, name, &all,
                                                   &operation, 1, &count, &err) &&
              count == 1);
    return operation;
}

void fake_snapshots_put(struct fake_world *world, const char *name, struct buffer *out) {
    const struct snapshot_operation_filter all = {.before_sequence = INT64_MAX};
    struct enhanced_snapshot snapshot = fake_snapshots_find(world, name);
    static struct snapshot_operation list[16];
    struct error err;
    size_t count = 0;

    if (snapshot.status != SNAPSHOT_STATUS_COUNT)
        (void)buffer_append_format(out, "%s %s by %s of %s version=%d size=%d\n", name,
                                   snapshot_status_name(snapshot.status),
                                   snapshot_maker_name(snapshot.maker), snapshot.app_name,
                                   (int)snapshot.app_version, (int)snapshot.size_bytes);
    if (!app_service_snapshot_list_operations(world->service, &world->scope, name, &all, list, 16,
                                              &count, &err))
        return;
    for (size_t index = 0; index < count; index++)
        (void)buffer_append_format(out, "%s: %s %s ended=%d %s '%s'\n", name,
                                   snapshot_operation_kind_name(list[index].kind),
                                   operation_status_name(list[index].status),
                                   list[index].ended_at_ms > 0, list[index].error_code,
                                   list[index].error);
}

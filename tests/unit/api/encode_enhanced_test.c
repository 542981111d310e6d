// Enhanced snapshots as the service describes them, member by member (facts/api.md 12.1, 12.4).
#include "api/encode_enhanced.h"

#include "base/json.h"
#include "base/memory.h"
#include "openapi/document.h"
#include "openapi/validate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ARN_PREFIX "arn:aws:kinesisanalytics:us-east-1:111122223333:snapshot/"
#define BUCKET     "{\"BucketARN\":\"arn:aws:s3:::my-bucket\",\"KeyPrefix\":\"exports/\"}"
#define KEY_ARN    "arn:aws:kms:us-east-1:111122223333:key/k"

static const struct enhanced_snapshot of_an_application = {
    .scope = {"111122223333", "us-east-1"},
    .name = "MyApplication-snapshot-1",
    .status = SNAPSHOT_READY,
    .maker = MADE_BY_CREATE,
    .description = "Before code update",
    .app_name = "MyApplication",
    .app_created_at_ms = 1795840000999,
    .app_version = 3,
    .runtime = RUNTIME_FLINK_1_20,
    .size_bytes = 5345,
    .created_at_ms = 1795845600123,
};

static const struct enhanced_snapshot of_an_import = {
    .scope = {"111122223333", "us-east-1"},
    .name = "copy-1",
    .status = SNAPSHOT_CREATING,
    .maker = MADE_BY_IMPORT,
    .runtime = RUNTIME_FLINK_1_20,
    .source = {"arn:aws:s3:::my-bucket", "exports/"},
    .key_arn = KEY_ARN,
    .created_at_ms = 1795846200000,
};

static struct snapshot_operation operation_of(enum snapshot_operation_kind kind,
                                              enum operation_status status) {
    return (struct snapshot_operation){
        .id = "k7L8m9N0p1Q2",
        .scope = {"111122223333", "us-east-1"},
        .snapshot_name = "s",
        .kind = kind,
        .status = status,
        .started_at_ms = 1795846100900,
        .ended_at_ms = status == OPERATION_IN_PROGRESS ? 0 : 1795846102100,
        .location = {"arn:aws:s3:::my-bucket", "exports/"},
        .exported_prefix = "exports/k7L8m9N0p1Q2/",
        .error_code = "AccessDenied",
        .error = "no",
    };
}

// `reply` is owned; it also has to have the declared shape of the operation's output.
static void check(const char *operation, const char *member, json_t *reply, const char *expected) {
    AUTO(document_free) struct document *document = NULL;
    AUTO(buffer_release) struct buffer reason = BUFFER_INIT(1024);
    AUTO(json_decref) json_t *whole = json_new_object();
    AUTO(json_decref) json_t *wanted = NULL;
    AUTO(memory_free) char *text = json_print(reply);
    struct error err;

    json_put(whole, member, reply);
    cr_assert(document_open(&document, &err), "%s", err.message);
    cr_assert(validate_response(document_find(document, operation)->response, whole, &reason), "%s",
              buffer_text(&reason));
    cr_assert(json_parse(expected, strlen(expected), &wanted, &err), "%s", err.message);
    cr_assert(json_equal(json_member(whole, member), wanted), "%s", text);
}

Test(encode_enhanced, describes_a_snapshot_of_an_application) {
    check("DescribeSnapshot", "SnapshotInfoDetails", encode_enhanced(&of_an_application),
          "{\"SnapshotName\":\"MyApplication-snapshot-1\",\"SnapshotArn\":\"" ARN_PREFIX
          "MyApplication-snapshot-1\",\"SnapshotDescription\":\"Before code update\","
          "\"SnapshotStatus\":\"READY\",\"SnapshotCreationTimestamp\":1795845600,"
          "\"RuntimeEnvironment\":\"FLINK-1_20\",\"SnapshotSizeInBytes\":5345,"
          "\"SnapshotEncryptionConfigurationDescription\":{\"KeyType\":\"AWS_OWNED_KEY\"},"
          "\"SnapshotInitiator\":\"USER\",\"SnapshotInitiatorOperation\":\"CreateSnapshot\","
          "\"SnapshotSourceDescription\":{\"SourceApplicationDescription\":{\"ApplicationName\":"
          "\"MyApplication\",\"ApplicationCreationTimestamp\":1795840000,"
          "\"ApplicationVersionId\":3}},\"SnapshotFormat\":\"CANONICAL\"}");
}

Test(encode_enhanced, describes_an_import_without_a_runtime) {
    check("DescribeSnapshot", "SnapshotInfoDetails", encode_enhanced(&of_an_import),
          "{\"SnapshotName\":\"copy-1\",\"SnapshotArn\":\"" ARN_PREFIX "copy-1\","
          "\"SnapshotStatus\":\"CREATING\",\"SnapshotCreationTimestamp\":1795846200,"
          "\"SnapshotSizeInBytes\":0,"
          "\"SnapshotEncryptionConfigurationDescription\":{\"KeyType\":\"CUSTOMER_MANAGED_KEY\","
          "\"KeyId\":\"" KEY_ARN "\"},"
          "\"SnapshotInitiator\":\"USER\",\"SnapshotInitiatorOperation\":\"ImportSnapshot\","
          "\"SnapshotSourceDescription\":{\"S3PrefixLocation\":" BUCKET "},"
          "\"SnapshotFormat\":\"CANONICAL\"}");
}

Test(encode_enhanced, lists_the_application_by_its_name) {
    struct enhanced_snapshot snapshot = of_an_application;
    AUTO(json_decref) json_t *import = encode_enhanced_summary(&of_an_import);
    json_t *list = json_new_array();

    snapshot.maker = MADE_BY_SYSTEM;
    json_add(list, encode_enhanced_summary(&snapshot));
    check("ListSnapshots", "SnapshotInfoList", list,
          "[{\"SnapshotName\":\"MyApplication-snapshot-1\",\"SnapshotArn\":\"" ARN_PREFIX
          "MyApplication-snapshot-1\",\"SnapshotStatus\":\"READY\","
          "\"SnapshotCreationTimestamp\":1795845600,\"SnapshotInitiator\":\"SYSTEM\","
          "\"SnapshotInitiatorOperation\":\"SystemCreateSnapshot\","
          "\"SourceApplicationName\":\"MyApplication\",\"SnapshotFormat\":\"CANONICAL\"}]");
    cr_assert(json_member(import, "SourceApplicationName") == NULL);
}

// --- operations ---

#define HEAD(kind, status)                                                                         \
    "{\"SnapshotOperationId\":\"k7L8m9N0p1Q2\",\"SnapshotOperation\":\"" kind                      \
    "\",\"SnapshotOperationStatus\":\"" status "\",\"StartTime\":1795846100"
#define DETAILS "\"SnapshotArn\":\"" ARN_PREFIX "s\""
#define END     "\"EndTime\":1795846102"
#define OWNED   "{\"KeyType\":\"AWS_OWNED_KEY\"}"

static void check_operation(enum snapshot_operation_kind kind, enum operation_status status,
                            const char *expected) {
    struct snapshot_operation operation = operation_of(kind, status);

    check("DescribeSnapshotOperation", "SnapshotOperationInfoDetails",
          encode_enhanced_operation(&operation), expected);
}

Test(encode_enhanced, shows_the_exported_prefix_after_success) {
    static const enum snapshot_operation_kind export = SNAPSHOT_OPERATION_EXPORT;

    check_operation(
        export, OPERATION_SUCCESSFUL,
        HEAD("ExportSnapshot",
             "SUCCESSFUL") "," END "," DETAILS
                           ",\"DestinationEncryptionConfigurationDescription\":" OWNED
                           ",\"SnapshotDestinationLocationDescription\":{\"LocationType\":\"S3\","
                           "\"S3PrefixLocation\":{\"BucketARN\":\"arn:aws:s3:::my-bucket\","
                           "\"KeyPrefix\":\"exports/\",\"ExportedPrefix\":\"exports/k7L8m9N0p1Q2/"
                           "\"}}}");
    check_operation(export, OPERATION_IN_PROGRESS,
                    HEAD("ExportSnapshot",
                         "IN_PROGRESS") "," DETAILS
                                        ",\"DestinationEncryptionConfigurationDescription\":" OWNED
                                        "}");
    check_operation(
        export, OPERATION_FAILED,
        HEAD("ExportSnapshot",
             "FAILED") "," END "," DETAILS
                       ",\"DestinationEncryptionConfigurationDescription\":" OWNED
                       ",\"SnapshotDestinationLocationDescription\":{\"LocationType\":\"S3\","
                       "\"S3PrefixLocation\":" BUCKET "},\"SnapshotOperationFailureDetails\":"
                       "{\"ErrorInfo\":{\"ErrorCode\":\"AccessDenied\",\"ErrorString\":\"no\"}}}");
}

Test(encode_enhanced, shows_where_an_import_comes_from) {
    struct snapshot_operation operation =
        operation_of(SNAPSHOT_OPERATION_IMPORT, OPERATION_IN_PROGRESS);

    (void)strcpy(operation.source_key_arn, KEY_ARN);
    check("DescribeSnapshotOperation", "SnapshotOperationInfoDetails",
          encode_enhanced_operation(&operation),
          HEAD("ImportSnapshot",
               "IN_PROGRESS") "," DETAILS ",\"SourceEncryptionConfigurationDescription\":{"
                              "\"KeyType\":\"CUSTOMER_MANAGED_KEY\","
                              "\"KeyId\":\"" KEY_ARN
                              "\"},\"DestinationEncryptionConfigurationDescription\":" OWNED
                              ",\"SnapshotSourceLocationDescription\":{\"LocationType\":\"S3\","
                              "\"S3PrefixLocation\":" BUCKET "}}");
}

Test(encode_enhanced, shows_what_caused_a_system_snapshot) {
    struct snapshot_operation operation =
        operation_of(SNAPSHOT_OPERATION_SYSTEM_CREATE, OPERATION_SUCCESSFUL);

    (void)strcpy(operation.app_operation_id, "9zfV2CMtNzOS");
    (void)strcpy(operation.app_name, "MyApplication");
    check("DescribeSnapshotOperation", "SnapshotOperationInfoDetails",
          encode_enhanced_operation(&operation),
          HEAD("SystemCreateSnapshot", "SUCCESSFUL") "," END "," DETAILS
                                                     ",\"ApplicationOperationDescription\":{"
                                                     "\"ApplicationOperationId\":\"9zfV2CMtNzOS\","
                                                     "\"ApplicationName\":\"MyApplication\"}}");
}

Test(encode_enhanced, shows_no_more_of_a_create_or_a_delete) {
    check_operation(SNAPSHOT_OPERATION_CREATE, OPERATION_CANCELLED,
                    HEAD("CreateSnapshot", "CANCELLED") "," END "," DETAILS "}");
    check_operation(SNAPSHOT_OPERATION_DELETE, OPERATION_IN_PROGRESS,
                    HEAD("DeleteSnapshot", "IN_PROGRESS") "," DETAILS "}");
}

Test(encode_enhanced, lists_operations_without_their_results) {
    struct snapshot_operation operation = operation_of(SNAPSHOT_OPERATION_EXPORT, OPERATION_FAILED);
    json_t *list = json_new_array();

    json_add(list, encode_enhanced_operation_summary(&operation));
    check("ListSnapshotOperations", "SnapshotOperationInfoList", list,
          "[" HEAD("ExportSnapshot", "FAILED") "," END "}]");
}

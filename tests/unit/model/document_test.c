// Facts that the model and the API document must agree on.
#include "base/file.h"
#include "base/json.h"
#include "model/app.h"
#include "model/arn.h"
#include "model/job_spec.h"
#include "model/operation.h"
#include "model/snapshot.h"
#include "model/snapshot_operation.h"

#include <criterion/criterion.h>
#include <string.h>

static json_t *document;

static void read_document(void) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT((size_t)8 << 20);
    struct error err;

    cr_assert(file_read(SOURCE_DIR "/openapi/kinesisanalyticsv2.json", &text, &err), "%s",
              err.message);
    cr_assert(json_parse(text.data, text.size_bytes, &document, &err), "%s", err.message);
}

static void release_document(void) {
    json_decref(document);
}

TestSuite(document, .init = read_document, .fini = release_document);

static const json_t *schema(const char *name) {
    return json_path(document, "components", "schemas", name, NULL);
}

Test(document, limits_are_the_sizes_of_the_model) {
    static const struct {
        const char *schema;
        size_t size;
    } rows[] = {
        {"ApplicationName", APP_NAME_SIZE},
        {"SnapshotName", APP_SNAPSHOT_NAME_SIZE},
        {"SnapshotV2Name", ENHANCED_NAME_SIZE},
        {"Operation", OPERATION_NAME_SIZE},
        {"ErrorString", OPERATION_ERROR_SIZE},
        {"KinesisAnalyticsARN", ARN_SIZE},
        {"ResourceARN", ARN_SIZE},
        {"ApplicationMaintenanceWindowStartTime", sizeof((struct app *)NULL)->maintenance_start},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert_eq(json_int_or(schema(rows[index].schema), "maxLength", -1) + 1,
                     (int64_t)rows[index].size, "%s", rows[index].schema);
}

// A character has up to four bytes.
Test(document, texts_fit_in_any_script) {
    static const struct {
        const char *schema;
        size_t size;
    } rows[] = {
        {"SnapshotV2Description", ENHANCED_DESCRIPTION_SIZE},
        {"KeyPrefix", ENHANCED_KEY_PREFIX_SIZE},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert_eq(json_int_or(schema(rows[index].schema), "maxLength", -1) * 4 + 1,
                     (int64_t)rows[index].size, "%s", rows[index].schema);
}

// What kobel makes itself may be shorter than the service's.
Test(document, limits_leave_room_for_what_kobel_makes) {
    cr_assert_leq(APP_TOKEN_SIZE - 1, json_int_or(schema("ConditionalToken"), "maxLength", 0));
    cr_assert_leq(APP_OPERATION_ID_SIZE - 1, json_int_or(schema("OperationId"), "maxLength", 0));
    cr_assert_leq(APP_OPERATION_ID_SIZE - 1,
                  json_int_or(schema("SnapshotOperationId"), "maxLength", 0));
    cr_assert_leq(SNAPSHOT_ERROR_CODE_SIZE - 1,
                  json_int_or(schema("SnapshotOperationErrorCode"), "maxLength", 0));
}

Test(document, log_levels_fit) {
    size_t index;
    json_t *level;

    cr_assert_gt(json_array_size(json_member(schema("LogLevel"), "enum")), 0);
    json_array_foreach(json_member(schema("LogLevel"), "enum"), index, level) {
        cr_assert_lt(json_string_length(level), sizeof((struct job_spec *)NULL)->log_level, "%s",
                     json_string_value(level));
    }
}

// The document and the model list the same names.
#define CHECK_LIST(list, prefix, type, count)                                                      \
    Test(document, list##_is_the_models) {                                                         \
        const json_t *names = json_member(schema(#list), "enum");                                  \
        size_t index;                                                                              \
        json_t *name;                                                                              \
        type value;                                                                                \
        cr_assert_eq(json_array_size(names), (size_t)(count));                                     \
        json_array_foreach(names, index, name) {                                                   \
            cr_assert(prefix##_from_name(json_string_value(name), &value), "%s",                   \
                      json_string_value(name));                                                    \
        }                                                                                          \
    }

CHECK_LIST(ApplicationStatus, app_status, enum app_status, APP_STATUS_COUNT)
CHECK_LIST(ApplicationRestoreType, restore_type, enum restore_type, RESTORE_TYPE_COUNT)
CHECK_LIST(OperationStatus, operation_status, enum operation_status, OPERATION_STATUS_COUNT)
CHECK_LIST(SnapshotStatus, snapshot_status, enum snapshot_status, SNAPSHOT_STATUS_COUNT)
CHECK_LIST(SnapshotInitiatorOperation, snapshot_maker, enum snapshot_maker, SNAPSHOT_MAKER_COUNT)
CHECK_LIST(SnapshotOperation, snapshot_operation_kind, enum snapshot_operation_kind,
           SNAPSHOT_OPERATION_KIND_COUNT)
CHECK_LIST(SnapshotOperationStatus, operation_status, enum operation_status, OPERATION_STATUS_COUNT)
CHECK_LIST(RuntimeEnvironment, runtime_environment, enum runtime_environment, RUNTIME_COUNT)

// The operations of the service and their handlers.
#pragma once

#include "api/call.h"

// Every operation of the document with its handler in ops_*.c. A question changes nothing and is
// answered from the records, so its replies may be kept (reply_cache.h).
// clang-format off
#define OPERATIONS(COMMAND, QUESTION) \
    COMMAND("AddApplicationCloudWatchLoggingOption", ops_add_logging_option) \
    COMMAND("AddApplicationInput", ops_sql_only) \
    COMMAND("AddApplicationInputProcessingConfiguration", ops_sql_only) \
    COMMAND("AddApplicationOutput", ops_sql_only) \
    COMMAND("AddApplicationReferenceDataSource", ops_sql_only) \
    COMMAND("AddApplicationVpcConfiguration", ops_add_vpc_configuration) \
    COMMAND("CreateApplication", ops_create_application) \
    COMMAND("CreateApplicationPresignedUrl", ops_create_application_presigned_url) \
    COMMAND("CreateApplicationSnapshot", ops_create_application_snapshot) \
    COMMAND("CreateSnapshot", ops_create_snapshot) \
    COMMAND("DeleteApplication", ops_delete_application) \
    COMMAND("DeleteApplicationCloudWatchLoggingOption", ops_delete_logging_option) \
    COMMAND("DeleteApplicationInputProcessingConfiguration", ops_sql_only) \
    COMMAND("DeleteApplicationOutput", ops_sql_only) \
    COMMAND("DeleteApplicationReferenceDataSource", ops_sql_only) \
    COMMAND("DeleteApplicationSnapshot", ops_delete_application_snapshot) \
    COMMAND("DeleteApplicationVpcConfiguration", ops_delete_vpc_configuration) \
    COMMAND("DeleteSnapshot", ops_delete_snapshot) \
    QUESTION("DescribeApplication", ops_describe_application) \
    QUESTION("DescribeApplicationOperation", ops_describe_application_operation) \
    QUESTION("DescribeApplicationSnapshot", ops_describe_application_snapshot) \
    QUESTION("DescribeApplicationVersion", ops_describe_application_version) \
    QUESTION("DescribeSnapshot", ops_describe_snapshot) \
    QUESTION("DescribeSnapshotOperation", ops_describe_snapshot_operation) \
    COMMAND("DiscoverInputSchema", ops_sql_only) \
    COMMAND("ExportSnapshot", ops_export_snapshot) \
    COMMAND("ImportSnapshot", ops_import_snapshot) \
    QUESTION("ListApplicationOperations", ops_list_application_operations) \
    QUESTION("ListApplicationSnapshots", ops_list_application_snapshots) \
    QUESTION("ListApplicationVersions", ops_list_application_versions) \
    QUESTION("ListApplications", ops_list_applications) \
    QUESTION("ListSnapshotOperations", ops_list_snapshot_operations) \
    QUESTION("ListSnapshots", ops_list_snapshots) \
    QUESTION("ListTagsForResource", ops_list_tags_for_resource) \
    COMMAND("RollbackApplication", ops_rollback_application) \
    COMMAND("StartApplication", ops_start_application) \
    COMMAND("StopApplication", ops_stop_application) \
    COMMAND("TagResource", ops_tag_resource) \
    COMMAND("UntagResource", ops_untag_resource) \
    COMMAND("UpdateApplication", ops_update_application) \
    COMMAND("UpdateApplicationMaintenanceConfiguration", ops_update_maintenance_configuration)
// clang-format on

// A handler answers the call, now or in a later turn of the loop.
typedef void operation_fn(struct call *call);

#define OPERATIONS_DECLARE(name, run) void run(struct call *call);
OPERATIONS(OPERATIONS_DECLARE, OPERATIONS_DECLARE)
#undef OPERATIONS_DECLARE

struct operation_row {
    const char *name;
    operation_fn *run;
    bool is_question;
};

// NULL: no such operation.
const struct operation_row *operations_find(const char *name);
size_t operations_count(void);
const struct operation_row *operations_at(size_t index);
